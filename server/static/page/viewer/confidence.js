// How sure the server is of a line, in three levels.

/** A line with at least this score is sure. */
export const SURE = 0.95;
/** A line with at least this score is fair; below it, it is doubtful. */
export const FAIR = 0.85;

export const LEVELS = ["sure", "fair", "doubtful"];

/** The level of a score between 0 and 1. */
export function levelOf(score) {
  if (score >= SURE) return "sure";
  return score >= FAIR ? "fair" : "doubtful";
}
