package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

/** Reports as a real browser shows them. */
class ReportPageTest {
  private static final int STAGES = 2;
  private static final int MICRO_BATCHES = 4;
  private static final String FORWARD = "#pipeline path[fill=\"#4e86d8\"]";

  @TempDir private static Path folder;

  private static @Nullable Path page;
  private static @Nullable Browser shared;
  private @Nullable Browser browser;

  @BeforeAll
  static void writeReport() {
    assumeTrue(
        Browser.program().isPresent(), "no chromium on the path, and HEDDLE_CHROMIUM names none");
    page = report(Execution.tiny(folder), "report.html");
  }
}
