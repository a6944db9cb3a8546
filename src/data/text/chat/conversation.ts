import { z } from 'zod';
import { UserError } from '../../../base/user-error.ts';

/** Who speaks in templates of chats. */
const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;

/** The role whose turns are learned. */
export const learnedRole = 'assistant';

const messageSchema = z.looseObject({
  role: z.enum(roles),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })).max(1000)]).nullish(),
});

const conversationSchema = z.array(messageSchema).min(1).max(10_000);

/** One turn of a conversation, with whatever else a template may read of it. */
export type Message = z.output<typeof messageSchema>;

/** A conversation, and where it stands. */
export interface Conversation {
  readonly messages: readonly Message[];
  /** 'line 7' */
  readonly place: string;
  readonly file: string;
}

const shape = '[{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]';

/**
 * What a row of a table has as a conversation.
 * @throws UserError saying in which row of the file which message is wrong
 */
export function conversationOf(value: unknown, column: string, place: string, file: string): Conversation {
  const told = (what: string, remedy: string) =>
    new UserError(`The "${column}" in ${place} of ${file} ${what}.`, { remedy, place: file });
  const result = conversationSchema.safeParse(value);
  if (!result.success) {
    const [first] = result.error.issues;
    const [message, key] = first!.path;
    if (message === undefined)
      throw told(
        'are no list of messages',
        `Write a list such as ${shape}, or name the column that has one.`,
      );
    const number = `message ${Number(message) + 1}`;
    if (key === 'role') {
      const { role } = (value as { role?: unknown }[])[Number(message)] ?? {};
      throw told(
        role === undefined
          ? `have no role in ${number}`
          : `have the role ${JSON.stringify(role)?.slice(0, 100)} in ${number}, which is not known`,
        `Roles are ${roles.join(', ')}.`,
      );
    }
    throw told(`have no text in ${number}`, `Each message has a role and a text: ${shape}.`);
  }
  if (!result.data.some(({ role }) => role === learnedRole))
    throw told(
      'have no turn of the assistant, so there is nothing to learn',
      'Take the conversation out, or add the answer that is to be learned, with the role "assistant".',
    );
  return { messages: result.data, place, file };
}
