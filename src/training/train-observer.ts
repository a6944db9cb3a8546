/** Who hears how training goes. Called between steps, so it must be quick. */
export interface TrainObserver {
  /** @param step optimizer steps done. @param epoch epochs done, fractional. */
  metrics?(values: Readonly<Record<string, number>>, step: number, epoch: number): void;
  progress?(steps: number, total: number): void;
  checkpoint?(epoch: number, best: boolean, path: string): void;
}
