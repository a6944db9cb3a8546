import { dirname } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { isWholeGraph, usualGraphs } from '../onnx/files.ts';
import { type HubReference, nameOf } from './reference.ts';

const mostShown = 5;

/**
 * The ONNX graph of a repository that is its model: the one that is named, the usual one, or the only one.
 * @param files all of the repository
 * @returns undefined where it has none
 * @throws UserError if the one that is named is not there, or several might be meant
 */
export function chosenGraph(reference: HubReference, files: Iterable<string>): string | undefined {
  const graphs = [...files].filter((name) => isWholeGraph(name) && /^(\.|onnx)$/.test(dirname(name)));
  const list = graphs.slice(0, mostShown).join(', ') + (graphs.length > mostShown ? ', …' : '');
  const { repository, revision, file } = reference;
  if (file !== undefined) {
    if (graphs.includes(file)) return file;
    throw new UserError(`${nameOf({ repository, revision })} has no graph ${file}.`, {
      remedy: graphs.length > 0 ? `It has ${list}.` : 'It has none in its root or its folder onnx.',
    });
  }
  const usual = usualGraphs.find((name) => graphs.includes(name));
  if (usual !== undefined || graphs.length < 2) return usual ?? graphs[0];
  throw new UserError(`${nameOf(reference)} holds several ONNX models: ${list}.`, {
    remedy: `Name one, such as ${nameOf({ ...reference, file: graphs[0]! })}.`,
  });
}
