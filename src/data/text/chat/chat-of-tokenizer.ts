import { z } from 'zod';
import { contentOf, type Settings, specialNames } from '../tokenizer-json/definition.ts';
import { ChatTemplate } from './template.ts';

/** Where transformers keeps the template since version 5; before, it stood in tokenizer_config.json. */
export const templateFile = 'chat_template.jinja';

const templatesSchema = z.union([
  z.string(),
  z.array(z.object({ name: z.string(), template: z.string() })).max(100),
]);

/**
 * The template by which a tokenizer writes conversations; undefined where it has none. Of several it is the default.
 * @param file where it stands, for messages
 * @returns what reads the template when it is first needed, for few experiments have conversations.
 * @throws UserError, from what is returned, if it cannot be read
 */
export function chatOfTokenizer(settings: Settings, file: string): (() => ChatTemplate) | undefined {
  const { data } = templatesSchema.safeParse(settings.chat_template);
  const source = typeof data === 'string' ? data : data?.find(({ name }) => name === 'default')?.template;
  if (source === undefined) return undefined;
  const specials = Object.fromEntries(
    specialNames.flatMap((name) => {
      const content = contentOf(settings[name]);
      return content === undefined ? [] : [[name, content]];
    }),
  );
  let made: ChatTemplate | undefined;
  return () => {
    made ??= new ChatTemplate(source, file, specials);
    return made;
  };
}
