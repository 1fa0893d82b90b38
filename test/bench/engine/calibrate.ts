/**
 * A fixed piece of work in the manner of the engine: reading objects by key, comparing texts, making small objects. Its
 * time says how fast the machine is at the moment.
 */
const work = (): number => {
  let sum = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const record: Record<string, number | string> = { a: round, b: `text-${round % 7}`, c: round * 2 };
    for (const [key, value] of Object.entries(record)) {
      if (typeof value === "number") sum = (sum + value) % 1_000_003;
      else if (value.endsWith("3") && Object.hasOwn(record, key)) sum += key.length;
    }
  }
  return sum;
};

const repetitions = 50;
/** CPU time of the work on an idle core of the machine of the published figures. */
const nominalMs = 27;

/** How fast the machine is, 1 being that of the published figures when idle. */
export const measureMachine = (cpuMs: () => number): number => {
  const started = cpuMs();
  let sum = 0;
  for (let repetition = 0; repetition < repetitions; repetition += 1) sum += work();
  const elapsed = cpuMs() - started;
  if (sum === 0) throw new Error("the work was not done");
  return nominalMs / elapsed;
};
