import { CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { HostValue, kindOfValue, sizeOf } from './value.ts';

/** More than any mask or table of positions takes. */
const mostNumbers = 2 ** 26;

const range: Operator = (call) => {
  const [start, limit, step] = [0, 1, 2].map((at) => call.host(at, 'range').data[0]!) as [
    number,
    number,
    number,
  ];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!(count <= mostNumbers)) throw new CannotTrain(`it makes ${count} numbers`);
  const kind = kindOfValue(call.value(0));
  return new HostValue(
    kind,
    [count],
    Float64Array.from({ length: count }, (_, at) => start + at * step),
  );
};

const constant: Operator = (call) => {
  const tensor = call.tensorAttribute('value');
  if (tensor) return tensor;
  for (const [name, kind] of [
    ['value_int', 'integer'],
    ['value_float', 'float'],
  ] as const)
    if (call.attribute(name) !== undefined) return HostValue.scalar(kind, call.number(name, 0));
  for (const [name, kind] of [
    ['value_ints', 'integer'],
    ['value_floats', 'float'],
  ] as const) {
    const list = call.list(name);
    if (list) return new HostValue(kind, [list.length], list);
  }
  throw new CannotTrain('its value is no tensor of numbers');
};

const constantOfShape: Operator = (call) => {
  const shape = call.integers(0, 'shape');
  if (!(sizeOf(shape) <= mostNumbers)) throw new CannotTrain(`it makes ${sizeOf(shape)} numbers`);
  const value = call.tensorAttribute('value');
  const kind = value?.kind ?? 'float';
  return new HostValue(kind, shape, new Float64Array(sizeOf(shape)).fill(value?.data[0] ?? 0));
};

export const constantOperators: OperatorTable = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
};
