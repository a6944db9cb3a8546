import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, structureKey } from '../../src/device/onnx/graph/graph.ts';
import { mul, scalar } from '../../src/device/onnx/graph/record.ts';
import { type GraphNode, Value } from '../../src/device/onnx/graph/value.ts';
import { Interner } from '../../src/device/onnx/optimise/interner.ts';
import { optimise } from '../../src/device/onnx/optimise/optimise.ts';

const input = (...shape: number[]) => new Value(shape, 'float32');

/** A loop over the rows of a value, each of which goes through these operators and is then added to something outside. */
function looped(rows: Value, operators: readonly string[], outside: Value): Value {
  const formal = input(...rows.shape.slice(1));
  const nodes: GraphNode[] = [];
  const step = (operator: string, inputs: readonly Value[]): Value => {
    const output = new Value(formal.shape, 'float32');
    nodes.push({ operator, domain: '', inputs, attributes: {}, outputs: [output] });
    return output;
  };
  const result = step('Add', [
    operators.reduce((value, operator) => step(operator, [value]), formal),
    outside,
  ]);
  const output = new Value(rows.shape, 'float32');
  output.node = {
    operator: 'Scan',
    domain: '',
    inputs: [rows],
    attributes: { num_scan_inputs: 1 },
    outputs: [output],
    body: { inputs: [formal], nodes, outputs: [result], captured: [outside] },
  };
  return output;
}

const [x, y, z] = [input(4, 3), input(3), input(3)];

test('graphs whose nodes differ in their body alone have different keys, and equal ones the same', () => {
  const key = (operators: readonly string[], outside = y) =>
    structureKey({ ...graphOf([looped(x, operators, outside)]), inputs: [x, y, z] });
  assert.equal(key(['Exp']), key(['Exp']));
  assert.equal(new Set([key(['Exp']), key(['Tanh']), key(['Exp', 'Tanh']), key(['Tanh', 'Exp'])]).size, 4);
  assert.notEqual(key(['Exp'], y), key(['Exp'], z));
});

test('nodes that differ in their body alone stay two, equal ones become one, and a body is kept', () => {
  const interner = new Interner();
  const made = (operators: readonly string[], outside = y) => {
    const { node } = looped(x, operators, outside);
    return interner.node(node!, node!.inputs)[0]!;
  };
  assert.equal(made(['Exp']), made(['Exp']));
  assert.notEqual(made(['Exp']), made(['Tanh']));
  assert.notEqual(made(['Exp'], y), made(['Exp'], z));
  assert.deepEqual(
    made(['Exp', 'Tanh']).node!.body!.nodes.map(({ operator }) => operator),
    ['Exp', 'Tanh', 'Add'],
  );
});

test('a body reads what the values around it have become', () => {
  const outside = mul(mul(y, scalar(2)), scalar(3));
  const { nodes } = optimise(graphOf([looped(x, ['Exp'], outside)]));
  assert.deepEqual(
    nodes.map(({ operator }) => operator),
    ['Mul', 'Scan'],
  );
  const scan = nodes[1]!;
  assert.deepEqual(scan.body!.captured, nodes[0]!.outputs);
  assert.equal(scan.body!.nodes.at(-1)!.inputs[1], nodes[0]!.outputs[0]);
});
