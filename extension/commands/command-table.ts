import { commands, type Disposable } from 'vscode';
import { type CommandId, commands as descriptions } from '../contributions/commands.ts';
import { Disposables } from '../disposables.ts';
import { forgetServerKey, setServerKey } from '../server/key-commands.ts';
import type { Services } from '../services.ts';
import { compareSelected, exportComparison, openDashboard } from './compare-commands.ts';
import { checkEnvironment, chooseDevice, installCuda } from './device-commands.ts';
import { duplicate } from './duplicate.ts';
import { exportStudent } from './export-student.ts';
import { copyCliCommand, openExperiment, openLog, openRunFolder, revealStudent } from './file-commands.ts';
import { getData } from './get-data.ts';
import {
  copyHyperparameter,
  editHyperparameter,
  resetHyperparameter,
  showHyperparameters,
} from './hyperparameter-commands.ts';
import { importTeacher } from './import-teacher.ts';
import { note, remove, rename, setBaseline, tag } from './label-commands.ts';
import { newExperiment } from './new-experiment.ts';
import { rebuildDatabase } from './rebuild-database.ts';
import { queue, resume, run, runWithSeeds, stop } from './run-commands.ts';
import { createSampleProject } from './sample-project.ts';
import { stopSweep, sweep, writeBestPoint } from './sweeps/sweep-commands.ts';
import { clearFilter, filterRuns, groupRuns, loadMoreRuns, refreshRuns, sortRuns } from './view-commands.ts';

type Handler = (services: Services, ...args: unknown[]) => unknown;

/** Every command of the manifest with what it does: one that lacks its handler does not compile. */
const handlers: Record<CommandId, Handler> = {
  'distillery.newExperiment': newExperiment,
  'distillery.createSampleProject': createSampleProject,
  'distillery.run': run,
  'distillery.runWithSeeds': runWithSeeds,
  'distillery.queue': queue,
  'distillery.sweep': sweep,
  'distillery.stopSweep': stopSweep,
  'distillery.writeBestPoint': writeBestPoint,
  'distillery.stop': stop,
  'distillery.resume': resume,
  'distillery.duplicate': duplicate,
  'distillery.compareSelected': compareSelected,
  'distillery.openDashboard': openDashboard,
  'distillery.openRunFolder': openRunFolder,
  'distillery.openLog': openLog,
  'distillery.revealStudent': revealStudent,
  'distillery.exportStudent': exportStudent,
  'distillery.exportComparison': exportComparison,
  'distillery.rename': rename,
  'distillery.tag': tag,
  'distillery.note': note,
  'distillery.setBaseline': setBaseline,
  'distillery.remove': remove,
  'distillery.setServerKey': setServerKey,
  'distillery.forgetServerKey': forgetServerKey,
  'distillery.getData': getData,
  'distillery.checkEnvironment': checkEnvironment,
  'distillery.chooseDevice': chooseDevice,
  'distillery.installCuda': installCuda,
  'distillery.importTeacher': importTeacher,
  'distillery.copyCliCommand': copyCliCommand,
  'distillery.showOutput': ({ log }) => log.show(),
  'distillery.rebuildDatabase': rebuildDatabase,
  'distillery.refreshRuns': refreshRuns,
  'distillery.groupRuns': groupRuns,
  'distillery.filterRuns': filterRuns,
  'distillery.clearFilter': clearFilter,
  'distillery.sortRuns': sortRuns,
  'distillery.openExperiment': openExperiment,
  'distillery.loadMoreRuns': loadMoreRuns,
  'distillery.showHyperparameters': showHyperparameters,
  'distillery.editHyperparameter': editHyperparameter,
  'distillery.resetHyperparameter': resetHyperparameter,
  'distillery.copyHyperparameter': copyHyperparameter,
};

/** A failure is told to the user here, once, for all commands. */
export function registerCommands(services: Services): Disposable {
  const registered = new Disposables();
  for (const [id, handler] of Object.entries(handlers))
    registered.add(
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await handler(services, ...args);
        } catch (error) {
          services.notices.tellError(descriptions[id as CommandId].title, error);
          return undefined;
        }
      }),
    );
  return registered;
}
