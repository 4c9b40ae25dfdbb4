package io.heddle.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The project that was built, and commands that are run on it. */
record Project(Path root) {
  static final Project BUILT = new Project(Path.of("").toAbsolutePath().getParent());

  /** What a command printed, both streams together. */
  record Ended(int exit, String output) {}

  static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }

  static String version() {
    return property("heddle.version");
  }

  Path archive(String ending) {
    return root.resolve("distribution/target/heddle-" + version() + ending);
  }

  Path jar(String module, String ending) {
    return root.resolve(module + "/target/heddle-" + module + "-" + version() + ending);
  }

  static Ended run(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
