import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderSettingsPage } from "#controllers/settings/settings-page.ts";

// Writes docs/settings.md; a unit test fails where the page is not what this gives.
await writeFile(join(import.meta.dirname, "../../docs/settings.md"), renderSettingsPage());
