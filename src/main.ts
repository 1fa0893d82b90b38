#!/usr/bin/env node
const [command, ...args] = process.argv.slice(2);

// Each command loads what it needs, and no more.
if (command === "controller") {
  const { controllerHelp, parseControllerFlags } = await import("./compose/controller-flags.ts");
  const { flags, help, stray } = parseControllerFlags(args);
  if (help) {
    process.stdout.write(controllerHelp());
  } else if (stray.length > 0) {
    process.stderr.write(`rearguard controller takes flags only, not ${stray.join(" ")}; see --help\n`);
    process.exitCode = 2;
  } else {
    const { startController } = await import("./compose/start-controller.ts");
    process.exitCode = await startController(flags);
  }
} else {
  const { runCommandLine } = await import("./compose/command-line.ts");
  process.exitCode = await runCommandLine(process.argv);
}
