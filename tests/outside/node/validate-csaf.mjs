// Reads a JSON list of CSAF documents on standard input; writes, for each, what the official validator says of it.
// Its schema is the strict one, and its tests are the mandatory and the optional ones; none of them uses the network.
import { readFileSync } from 'node:fs'
import validateStrict from '@secvisogram/csaf-validator-lib/validateStrict.js'
import * as extended from '@secvisogram/csaf-validator-lib/extended.js'

const documents = JSON.parse(readFileSync(0, 'utf8'))
const answers = []
for (const document of documents) {
  const result = await validateStrict(Object.values(extended), document)
  const told = (kind) =>
    result.tests.flatMap((test) => test[kind].map((one) => ({ test: test.name, ...one })))
  answers.push({ isValid: result.isValid, errors: told('errors'), warnings: told('warnings') })
}
process.stdout.write(JSON.stringify(answers))
