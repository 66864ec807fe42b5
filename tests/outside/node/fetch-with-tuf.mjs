// Fetches targets of a TUF repository with tuf-js, as its documentation says; writes what it verified, or why not.
// Reads from standard input: the folder with a trusted root.json, the repository's address, and the targets' paths.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Updater } from 'tuf-js'

const { folder, url, targets } = JSON.parse(readFileSync(0, 'utf8'))
const updater = new Updater({
  metadataDir: join(folder, 'metadata'),
  metadataBaseUrl: `${url}metadata`,
  targetDir: join(folder, 'targets'),
  targetBaseUrl: `${url}targets`,
  config: { fetchRetries: 0 },
})
const answer = { files: {}, error: null }
try {
  await updater.refresh()
  for (const path of targets) {
    const info = await updater.getTargetInfo(path)
    answer.files[path] = info ? readFileSync(await updater.downloadTarget(info), 'utf8') : null
  }
} catch (error) {
  answer.error = error.constructor.name
}
process.stdout.write(JSON.stringify(answer))
