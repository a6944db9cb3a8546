/** A process that takes a lock, says so, and holds it until it is killed. */
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';

await ExclusiveLock.tryAcquire(process.argv[2]!);
console.log('holding');
setInterval(() => {}, 1000);
