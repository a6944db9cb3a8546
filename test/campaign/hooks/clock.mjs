// Loaded before a program by --import: its clock is wrong from the start, and jumps while it runs. DISTILLERY_CLOCK says
// how, as JSON: {"offset": MS, "jumpAfter": MS, "jump": MS}. The clock that only goes forward (performance.now) and the
// times of files are the system's own and stay right.
const { offset = 0, jumpAfter = Infinity, jump = 0 } = JSON.parse(process.env.DISTILLERY_CLOCK ?? '{}');
const Right = Date;

const ahead = () => offset + (performance.now() > jumpAfter ? jump : 0);

globalThis.Date = class WrongDate extends Right {
  constructor(...given) {
    if (given.length === 0) super(Right.now() + ahead());
    else super(...given);
  }

  static now() {
    return Right.now() + ahead();
  }
};
