import { l10n } from 'vscode';
import { answersOtherwise, formatDifference, wasReadBack } from '../../src/compare/export-doubts.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/compare/formatting.ts';
import type { RecordedExport } from '../../src/runs/exports/export-recorded.ts';

type ExportedFile = RecordedExport['models'][number]['files'][number];

/** So many files are named in a notification; all of them stand on the dashboard. */
const mostNamed = 4;

/** Whether something of an export is to be said as a warning. */
export const exportInDoubt = ({ models, unrecorded }: RecordedExport): boolean =>
  unrecorded !== undefined ||
  models.some(({ files }) =>
    files.some(({ check }) => check && (check.madeUp !== undefined || answersOtherwise(check))),
  );

/** What was written, how it answers, and what of that is in doubt. */
export function exportedText(name: string, { models, unrecorded }: RecordedExport): string {
  const files = models.flatMap(({ model, files }) =>
    files.map((file) => ({ ...file, label: model === 'student' ? file.file : `${model}/${file.file}` })),
  );
  const named = files.slice(0, mostNamed).map(fileText);
  if (files.length > mostNamed) named.push(l10n.t('{0} more files', files.length - mostNamed));
  const checks = files.flatMap(({ check, label }) => (check ? { ...check, label } : []));
  const madeUp = checks.find((check) => check.madeUp !== undefined);
  const remarks = new Set(files.flatMap(({ remark }) => remark ?? []));
  const otherwise = checks.filter(answersOtherwise).map(({ label }) => label);
  return [
    l10n.t('The student of {0} was exported: {1}.', name, named.join('; ')),
    madeUp &&
      l10n.t(
        'It was checked on made-up samples, for the test data cannot be read: {0}.',
        madeUp.madeUp?.replace(/\.$/, '') ?? '',
      ),
    otherwise.length > 0 &&
      l10n.t(
        'Many answers are others than the trained model’s: {0}.',
        otherwise.slice(0, mostNamed).join(', '),
      ),
    checks.some(wasReadBack) &&
      l10n.t('GGUF files were read back, and their weights answered in Distillery’s own model.'),
    ...remarks,
    unrecorded && l10n.t('This could not be kept with the run: {0}', unrecorded.message),
  ]
    .filter(Boolean)
    .join(' ');
}

function fileText({ label, bytes, check }: ExportedFile & { readonly label: string }): string {
  const size = formatBytes(bytes);
  if (!check) return `${label}, ${size}`;
  return l10n.t(
    '{0}, {1}, {2} the same answers on {3} samples, largest difference {4}',
    label,
    size,
    formatPercent(check.agreement),
    formatCount(check.samples),
    formatDifference(check.largestDifference),
  );
}
