import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { machineUsage } from '../../../extension/dashboard/detail/machine-usage.ts';
import { ProcessMeter } from '../../../extension/workspace/process-usage.ts';
import { isResult } from '../../../webview/protocol/messages.ts';
import { lacks } from '../../machine/lacks.ts';

const skip = process.platform === 'win32' && lacks('a program that tells what processes use');

test('a busy process keeps a core busy, one that is gone tells nothing', { skip }, async () => {
  const busy = spawn(process.execPath, ['-e', 'console.log(1); for (;;);'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await new Promise((resolve) => busy.stdout.once('data', resolve));
    const meter = new ProcessMeter(busy.pid!);
    await meter.read();
    // On a machine with other work it may have to wait for its turn.
    let most = 0;
    for (let look = 0; look < 20 && most < 0.1; look++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { cores, memory } = await meter.read();
      most = Math.max(most, cores ?? 0);
      assert.ok(memory !== null && memory > 10e6, `${memory} bytes`);
    }
    assert.ok(most >= 0.1 && most < 3, `${most} cores`);
    const ended = new Promise((resolve) => busy.once('exit', resolve));
    busy.kill('SIGKILL');
    await ended;
    assert.deepEqual(await meter.read(), { cores: null, memory: null });
  } finally {
    busy.kill('SIGKILL');
  }
});

test('what the machine does is told as the page takes it', async () => {
  const usage = await machineUsage(process.pid);
  assert.ok(isResult('usage', JSON.parse(JSON.stringify(usage))), JSON.stringify(usage));
  assert.ok(usage.processor.name.length > 0);
  assert.ok(usage.processor.load !== null && usage.processor.load >= 0 && usage.processor.load <= 1);
  assert.ok(usage.processor.memoryUsed! > 0 && usage.processor.memoryUsed! < usage.processor.memoryTotal!);
});
