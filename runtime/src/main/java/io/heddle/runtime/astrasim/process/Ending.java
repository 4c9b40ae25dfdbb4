package io.heddle.runtime.astrasim.process;

/** How a process came to its end. */
sealed interface Ending {
  /**
   * It ended by itself.
   *
   * @param code as a shell has it: 128 and the number of a signal, where one ended it
   */
  record Exit(int code) implements Ending {
    private static final int SIGNALS = 128;
    private static final int LAST_SIGNAL = 64;

    /** The signal that ended it, or 0. */
    int signal() {
      return code > SIGNALS && code <= SIGNALS + LAST_SIGNAL ? code - SIGNALS : 0;
    }

    /** The code, with the name of the signal if there is one. */
    String text() {
      return "exit code " + code + (signal() == 0 ? "" : ", " + Signals.name(signal()));
    }
  }

  /** It was ended because its time was over. */
  record TimedOut() implements Ending {}

  /** It was ended because it had printed all results and did not go. */
  record Lingered() implements Ending {}

  /** It was ended because whoever wanted the result does not any more. */
  record Stopped() implements Ending {}
}
