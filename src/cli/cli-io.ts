/** A stream that output goes to. */
export interface CliOutput {
  write(text: string): void;
  /** True where people read it and escape sequences work. */
  readonly isTerminal: boolean;
  /** Characters per line; absent where lines may be as long as they like. */
  readonly columns?: number;
}

/** The world as commands see it; the composition root makes it from the process. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: CliOutput;
  /** Everything about the run itself. */
  readonly stderr: CliOutput;
  readonly stdin: {
    /** True where nothing is piped in. */
    readonly isTerminal: boolean;
    read(): AsyncIterable<string>;
  };
  /** False where the environment asks for no colours (`NO_COLOR`). */
  readonly allowsColor: boolean;
  /** Environment variables, by which a cluster is found. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
  readonly setExitCode: (code: number) => void;
}
