package io.heddle.cli.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ExplainedTest {
  private static Explained explained(Throwable thrown) {
    return Explained.of(thrown, "1.2.3");
  }

  @Test
  void aFailureSaysItsOwn() {
    assertThat(explained(Failure.usage("no"))).isEqualTo(new Explained(Exit.USAGE, "no"));
    assertThat(explained(Failure.wrongInput("no")).exit()).isEqualTo(Exit.WRONG_INPUT);
    assertThat(explained(Failure.environment("no")).exit()).isEqualTo(Exit.ENVIRONMENT);
  }

  @Test
  void wantOfMemoryNamesTheHeapAndHowToRaiseIt() {
    for (Throwable thrown :
        new Throwable[] {
          new OutOfMemoryError("Java heap space"),
          new IllegalStateException(new RuntimeException(new OutOfMemoryError()))
        }) {
      Explained explained = explained(thrown);
      assertThat(explained.exit()).isEqualTo(Exit.ENVIRONMENT);
      assertThat(explained.message()).matches(".* [\\d,]+ MiB; .*JAVA_TOOL_OPTIONS=-Xmx\\d+m");
    }
  }

  @Test
  void filesAreNamedWithWhatIsWrongWithThem() {
    assertThat(explained(new NoSuchFileException("a")).message()).isEqualTo("a: no such file");
    assertThat(explained(new AccessDeniedException("a")).message())
        .isEqualTo("a: permission denied");
    assertThat(explained(new IOException("disk full")))
        .isEqualTo(new Explained(Exit.ENVIRONMENT, "disk full"));
  }

  @Test
  void anythingElseIsOurFaultAndAsksForAReport() {
    for (Throwable thrown :
        new Throwable[] {new IllegalStateException("x"), new StackOverflowError()}) {
      Explained explained = explained(thrown);
      assertThat(explained.exit()).isEqualTo(Exit.FAULT);
      assertThat(explained.message())
          .contains("a fault of Heddle", thrown.getClass().getSimpleName(), "report", "1.2.3")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aThrowableThatCausesItselfEnds() {
    RuntimeException first = new RuntimeException("first");
    RuntimeException second = new RuntimeException("second", first);
    first.initCause(second);
    assertThat(explained(first).exit()).isEqualTo(Exit.FAULT);
  }
}
