import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { findFiles } from "./find-files.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "rearguard-find-"));
  for (const name of ["b.yaml", "a.yml", "c.json", "notes.md", ".hidden.yaml", "in/d.yaml", ".git/e.yaml"]) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), "");
  }
  await symlink(folder, join(folder, "in/circle"));
});
after(() => rm(folder, { recursive: true }));

const found = async (path: string, recursive: boolean) => {
  const { files, passedOver } = await findFiles(path, recursive);
  const shown = (text: string): string => text.replaceAll(`${path}/`, "").replaceAll(path, "FOLDER");
  return { files: files.map(shown), passedOver: passedOver.map(shown) };
};

describe("findFiles", () => {
  it("gives the manifests of a folder by their names, and says what it passes over", async () => {
    assert.deepEqual(await found(folder, false), {
      files: ["a.yml", "b.yaml"],
      passedOver: [
        "FOLDER: 1 .json files are passed over, as in every folder; name them one by one",
        "FOLDER: 1 folders in it are not searched; name them",
      ],
    });
  });

  it("searches folders in folders, hidden ones aside, and follows links once", async () => {
    assert.deepEqual((await found(folder, true)).files, ["a.yml", "b.yaml", "in/d.yaml"]);
  });

  it("reads the folder that a dot stands for", async () => {
    const { files } = await findFiles(`${folder}/.`, false);
    assert.equal(files.length, 2);
  });

  it("takes everything else as it is, standard input included", async () => {
    for (const path of ["-", join(folder, "absent")]) {
      assert.deepEqual(await findFiles(path, true), { files: [path], folder: false, passedOver: [] });
    }
  });
});
