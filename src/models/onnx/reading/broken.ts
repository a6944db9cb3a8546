import { UserError } from '../../../base/user-error.ts';

/** A file that contradicts itself. */
export const broken = (file: string, what: string): UserError =>
  new UserError(`${file} is a damaged ONNX model: ${what}.`, {
    remedy: 'Export or download it again, with all files that belong to it.',
    place: file,
  });
