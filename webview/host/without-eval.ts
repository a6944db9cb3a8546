import * as z from 'zod/mini';

// The policy of the page forbids to make code of text, which zod would try for speed. Must be said before schemas are made.
z.config({ jitless: true });
