const maxBarWidth = 40;
const room = 30;

/** `first scan [####....] 3 of 8 kinds`, no wider than the terminal. */
export function renderProgressBar(done: number, total: number, columns: number): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const text = total === 0 ? "starting" : `${done} of ${total} kinds`;
  const width = Math.min(maxBarWidth, columns - room);
  if (width < 4) return text.slice(0, Math.max(0, columns - 1));
  const filled = Math.round(width * share);
  return `first scan [${"#".repeat(filled)}${".".repeat(width - filled)}] ${text}`;
}
