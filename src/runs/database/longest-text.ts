/** Nobody types more to find runs by, and SQLite compares with patterns of a bounded length only. */
export const longestText = 1000;
