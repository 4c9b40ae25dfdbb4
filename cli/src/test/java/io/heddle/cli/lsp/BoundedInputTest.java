package io.heddle.cli.lsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages behind one that is too long are read, also where the input is a pipe. */
class BoundedInputTest {
  private static final int TOO_LONG = 33 << 20;

  /** What a pipe does that was opened as a file. */
  private static final class Pipe extends FilterInputStream {
    Pipe(byte[] bytes) {
      super(new ByteArrayInputStream(bytes));
    }

    @Override
    public long skip(long count) throws IOException {
      throw new IOException("Illegal seek");
    }
  }

  @Test
  void leavesOutWhatIsTooLong() throws IOException {
    String all =
        "Content-Length: "
            + TOO_LONG
            + "\r\n\r\n"
            + "x".repeat(TOO_LONG)
            + "Content-Length: 4\r\n\r\nbody";
    List<String> log = new ArrayList<>();
    try (InputStream in =
        new BoundedInput(new Pipe(all.getBytes(StandardCharsets.US_ASCII)), log::add)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).endsWith("\r\n\r\nbody");
    }
    assertThat(log).singleElement().asString().contains("34,603,008 bytes is too long");
  }
}
