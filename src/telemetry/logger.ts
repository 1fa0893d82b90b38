import { Writable } from "node:stream";
import { createLogger as createWinston, format, transports } from "winston";
import { redact } from "./redact.ts";
import { renderText } from "./log-text.ts";

export const logLevels = ["error", "warn", "info", "debug"] as const;
type LogLevel = (typeof logLevels)[number];
export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What a log line is about. Errors may be given as they are; secrets are masked by name of field. */
type LogFields = Readonly<Record<string, unknown>>;

/** Messages are constant texts; everything that varies is a field, so that lines can be counted and searched. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines all carry `fields`. */
  with(fields: LogFields): Logger;
}

export interface RootLogger extends Logger {
  level(): LogLevel;
  /** Takes effect at once, for every logger made from this one. */
  setLevel(level: LogLevel): void;
}

export interface LoggerOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Where lines go; standard error of the process as a rule, so that standard output stays for results. */
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Lines as JSON documents or as text; text has colour only where `output` is a terminal. */
export function createLogger({ format: kind, level, output }: LoggerOptions): RootLogger {
  // The stream is foreign: it is written to, never ended.
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      output.write(chunk);
      callback();
    },
  });
  const colored = kind === "text" && output.isTTY === true;
  const winston = createWinston({
    level,
    format: kind === "json" ? format.json() : format.printf((line) => renderText(line, colored)),
    transports: [new transports.Stream({ stream: sink })],
  });

  const loggerWith = (bound: LogFields): Logger => {
    const write =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}): void => {
        if (!winston.isLevelEnabled(level)) return;
        const entry = redact({ ...bound, ...fields });
        winston.log({ ...entry, level, message, time: new Date().toISOString() });
      };
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      with: (fields) => loggerWith({ ...bound, ...fields }),
    };
  };

  return {
    ...loggerWith({}),
    level: () => winston.level as LogLevel,
    setLevel(next) {
      winston.level = next;
    },
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLogger,
};
