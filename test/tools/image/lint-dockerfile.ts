import type { Instruction, Stage } from "./parse-dockerfile.ts";

/** What every copy of an image has to agree on: a full version. */
const pinned = /^[a-z0-9./-]+:\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$/;

/** What is wrong with the stages of our image, by the rules that we hold to; each with its line. */
export function lintDockerfile(stages: readonly Stage[]): readonly string[] {
  const problems: string[] = [];
  const complain = ({ line }: Instruction, what: string): void => void problems.push(`line ${line}: ${what}`);
  const last = stages.at(-1);
  if (last === undefined || stages.length < 2) return ["the image is not built in stages"];

  const names = new Set<string>();
  for (const { from, base, name, steps } of stages) {
    if (!names.has(base) && !pinned.test(base)) complain(from, `${base} is not pinned by its full version`);
    for (const step of steps) {
      if (step.name === "ADD") complain(step, "ADD fetches and unpacks; COPY does what it says");
      const source = step.flags["from"];
      if (source !== undefined && !names.has(source)) complain(step, `there is no stage ${source} before`);
    }
    if (name !== undefined) names.add(name);
  }

  const named = (name: string): readonly Instruction[] => last.steps.filter((step) => step.name === name);
  const users = named("USER");
  if (users.length === 0) complain(last.from, "the image runs as root: USER is missing");
  for (const user of users) {
    if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(user.text)) {
      complain(user, `USER ${user.text}: Kubernetes can tell only a number apart from root`);
    }
  }
  for (const run of named("RUN")) complain(run, "the last stage only copies: nothing runs in it");
  for (const start of [...named("ENTRYPOINT"), ...named("CMD")]) {
    if (start.exec === undefined)
      complain(start, `${start.name} goes through a shell, which keeps signals away`);
  }
  if (named("ENTRYPOINT").length !== 1) complain(last.from, "there is not one ENTRYPOINT");
  return problems;
}
