import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { studentTokenizerFiles } from '../../../src/data/text/tokenizers/student-tokenizer.ts';
import { encodeSample } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { phrases, tokensElsewhere } from '../../../src/export/tokens-elsewhere.ts';
import { cpu } from '../../compression/models.ts';
import {
  openTransformersJs,
  type TransformersJs,
  withoutTransformersJs,
} from '../../machine/transformers-js.ts';
import { texts, tokenizers } from '../../models/transformers/tokenizers.ts';
import { temporaryDirectory } from '../../training/support.ts';
import { ask } from './ask.ts';
import { judge } from './judge.ts';
import { kinds } from './kinds.ts';
import { exportStudent } from './students.ts';

/** Tokenizers with parts that transformers.js does not have, or computes otherwise. */
const cannotBeRead: Readonly<Record<string, RegExp>> = {
  'odd-cuts': /Unknown PreTokenizer type: CharDelimiterSplit/,
  'unigram-bytes': /Unknown Normalizer type: Nmt/,
};
const cutOtherwise = ['cased', 'unigram'];

const home = temporaryDirectory();
const device = await cpu();

describe('transformers.js in Node', { skip: withoutTransformersJs, concurrency: false }, () => {
  let transformers: TransformersJs;
  before(async () => {
    transformers = await openTransformersJs();
    Object.assign(transformers.env, { allowRemoteModels: false, logLevel: 40 });
    transformers.env.localModelPath = join(home, 'exported');
  });

  for (const [name, kind] of kinds)
    test(`answers as the exported student: ${name}`, async (context) => {
      const precisions = kind.inEveryPrecision ? undefined : (['fp32'] as const);
      const student = await exportStudent(device, [name, kind], home, precisions);
      for (const line of judge(student, await ask(transformers, student.question))) context.diagnostic(line);
    });

  test('makes the ids of training of texts, or the export says of which not', async (context) => {
    for (const [name, tokenizer] of await tokenizers()) {
      const folder = join(home, 'exported', `tokens-${name}`);
      await mkdir(folder, { recursive: true });
      const files = studentTokenizerFiles(tokenizer, { continuesTexts: false, length: 1_000_000 });
      for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
      const remark = await tokensElsewhere(folder);
      if (name in cannotBeRead) {
        await assert.rejects(
          transformers.AutoTokenizer.from_pretrained(`tokens-${name}`),
          cannotBeRead[name]!,
        );
        assert.match(remark!, cannotBeRead[name]!);
        continue;
      }
      const tokenize = await transformers.AutoTokenizer.from_pretrained(`tokens-${name}`);
      const others = (given: readonly string[]) =>
        given.filter((text) => {
          const { input_ids } = tokenize([text], { truncation: true });
          return (
            Array.from(input_ids!.data, Number).join() !== encodeSample(tokenizer, text, 1_000_000).join()
          );
        });
      const [other] = others(phrases);
      const said = `of ${others(phrases).length} of ${phrases.length} phrases, such as of ${JSON.stringify(other)}.`;
      if (other === undefined) assert.equal(remark, undefined, name);
      else assert.ok(remark?.endsWith(said), `${name}: ${remark} instead of ${said}`);
      assert.equal(remark !== undefined, cutOtherwise.includes(name), `${name}: ${remark}`);
      context.diagnostic(`${name}: other ids of ${others(texts).length} of ${texts.length} hostile texts`);
    }
  });
});
