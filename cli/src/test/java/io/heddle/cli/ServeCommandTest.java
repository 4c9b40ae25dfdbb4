package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.failure.Exit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps {@code heddle serve} from serving; what it serves is tried on the server. */
class ServeCommandTest {
  @TempDir private Path folder;

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Execution serve = Execution.of("serve", folder.resolve("none"));
    assertThat(serve.exit()).isEqualTo(Exit.ENVIRONMENT);
    assertThat(serve.err()).contains("none: no such file or folder");
  }

  @Test
  void aPortMustBeOne() {
    Execution serve = Execution.of("serve", folder, "--port", "70000");
    assertThat(serve.exit()).isEqualTo(Exit.USAGE);
    assertThat(serve.err()).contains("--port 70000");
  }

  @Test
  void aPortThatIsTakenIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Execution serve = Execution.of("serve", folder, "--port", taken.getLocalPort());
      assertThat(serve.exit()).isEqualTo(Exit.ENVIRONMENT);
      assertThat(serve.err()).contains("cannot serve", "127.0.0.1");
    }
  }

  @Test
  void aHostThatIsNoneIsSaid() {
    Execution serve = Execution.of("serve", folder, "--host", "no.such.host.invalid");
    assertThat(serve.exit()).isEqualTo(Exit.ENVIRONMENT);
    assertThat(serve.err()).contains("no.such.host.invalid");
  }
}
