export { fold } from '../protocol/index.ts'
export {
  formatEntry,
  formatHeader,
  headerFor,
  nameIn,
  type RecordingEntry,
  type RecordingEvent,
  type RecordingHeader,
} from './format.ts'
export { type Frame, type FrameHead, headOf, isEncrypted, statusOf, weightOf } from './frames.ts'
export {
  createRecordingReader,
  RECORDING_LIMITS,
  type RecordingLimits,
  type RecordingReader,
} from './read-recording.ts'
export { RecordingError, type RecordingProblem } from './recording-error.ts'
