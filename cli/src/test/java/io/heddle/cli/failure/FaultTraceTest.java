package io.heddle.cli.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class FaultTraceTest {
  private static String printed(boolean isWanted) {
    StringWriter err = new StringWriter();
    FaultTrace.to(new PrintWriter(err), isWanted).accept(new IllegalStateException("broken"));
    return err.toString();
  }

  @Test
  void isPrintedWhereItIsWanted() {
    assertThat(printed(true)).contains("IllegalStateException: broken", "\tat ");
    assertThat(printed(false)).isEmpty();
  }
}
