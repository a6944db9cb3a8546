/**
 * Environment for a process that trains. Values of a training step fill hundreds of megabytes; with glibc's allocator
 * asking for huge pages, the processor looks up far fewer addresses. It must be set before the process starts; other
 * systems ignore it.
 */
export function workerEnvironment(inherited: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (process.platform !== 'linux') return { ...inherited };
  const tunable = 'glibc.malloc.hugetlb=1';
  const tunables = inherited.GLIBC_TUNABLES;
  if (tunables?.includes('glibc.malloc.hugetlb')) return { ...inherited };
  return { ...inherited, GLIBC_TUNABLES: tunables ? `${tunables}:${tunable}` : tunable };
}
