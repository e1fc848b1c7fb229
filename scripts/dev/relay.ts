/** The relay's own command, from its source. */
import '../../server/src/cli/cli.ts'
