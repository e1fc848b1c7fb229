/** Runs the relay's command from its source. */
import '../../server/src/cli/cli.ts'
