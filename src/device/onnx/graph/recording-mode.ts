/** Something that recording does otherwise while one function runs. */
export class RecordingMode {
  #on = false;

  get on(): boolean {
    return this.#on;
  }

  during<Result>(record: () => Result): Result {
    this.#on = true;
    try {
      return record();
    } finally {
      this.#on = false;
    }
  }
}
