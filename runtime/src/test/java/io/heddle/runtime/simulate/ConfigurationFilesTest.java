package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.InputException;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AstraSim's files as people write them: what AstraSim takes is taken, the rest has a message. */
class ConfigurationFilesTest {
  private static SystemConfig system(Path folder, String json) throws IOException {
    Path file = folder.resolve("system.json");
    Files.writeString(file, json);
    return ConfigReader.system(file, folder);
  }

  private static CommunicatorGroups groupsOf(Path folder, String json) throws IOException {
    Path file = folder.resolve("groups.json");
    Files.writeString(file, json);
    return ConfigReader.groups(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "null", "\"0\"", "\"\"", "[]"})
  void whatIsNoNumberTurnsASwitchOnAndIsWarnedOf(String value, @TempDir Path folder)
      throws IOException {
    SystemConfig system =
        system(
            folder,
            "{\"roofline-enabled\": %s, \"replay-only\": %s, \"track-local-mem\": %s}"
                .formatted(value, value, value));
    assertThat(system.roofline()).isTrue();
    assertThat(system.replayOnly()).isTrue();
    assertThat(system.memoryTrace()).contains(SystemConfig.MEMORY_TRACE);
    assertThat(system.warnings())
        .hasSize(3)
        .allSatisfy(it -> assertThat(it).contains("AstraSim takes for on", "write 0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.0", "-0.0", "0e5"})
  void onlyTheNumberZeroTurnsASwitchOff(String value, @TempDir Path folder) throws IOException {
    SystemConfig system =
        system(folder, "{\"roofline-enabled\": %s, \"replay-only\": %s}".formatted(value, value));
    assertThat(system.roofline()).isFalse();
    assertThat(system.replayOnly()).isFalse();
    assertThat(system.warnings()).isEmpty();
  }

  @Test
  void wholeNumbersMayBeFloatsAndBooleans(@TempDir Path folder) throws IOException {
    SystemConfig system =
        system(folder, "{\"endpoint-delay\": 25.9, \"preferred-dataset-splits\": true}");
    assertThat(system.endpointDelay()).hasValue(25);
    assertThat(system.splits()).isEqualTo(1);
  }

  @Test
  void ofAKeyThatIsThereTwiceTheLastCountsAndWhatFollowsIsNotRead(@TempDir Path folder)
      throws IOException {
    SystemConfig system = system(folder, "{\"local-mem-bw\": 1, \"local-mem-bw\": 2} end");
    assertThat(system.localMemoryBandwidth()).isEqualTo(2);
  }

  @Test
  void namesOfGroupsAreReadAsNumbersWithWhatFollows(@TempDir Path folder) throws IOException {
    CommunicatorGroups groups =
        groupsOf(folder, "{\" 1\": [0], \"2x\": [1], \"+3\": [2.7], \"88.5\": [true]} rest");
    assertThat(groups.ids()).containsExactly(1, 2, 3, 88);
    assertThat(groups.members(3)).containsExactly(2);
    assertThat(groups.members(88)).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"1\": [4], \" 1\": [0]}",
        "{\" 1\": [0], \"1\": [4]}",
        "{\"1\": [0], \"1\": [4]}",
        "{\"1\": [], \"1\": [4]}"
      })
  void ofNamesOfOneNumberTheLastInTheOrderOfBytesCounts(String json, @TempDir Path folder)
      throws IOException {
    assertThat(groupsOf(folder, json).members(1)).containsExactly(4);
  }

  @Test
  void numbersOfANetworkAreReadAsTheyAreWritten(@TempDir Path folder) throws IOException {
    assertThat(ranks(folder, "+4")).isEqualTo(4);
    assertThat(ranks(folder, "010")).isEqualTo(8);
    assertThat(ranks(folder, "0x10")).isEqualTo(16);
    assertThat(ranks(folder, "'4'")).isEqualTo(4);
    network(folder, net("Ring", "0o4", "50", "1"), "npus_count 0o4: must be a whole number");
    network(folder, net("Ring", "4.0", "50", "1"), "npus_count 4.0: must be a whole number");
    network(folder, net("Ring", "4", "0x32", "1"), "bandwidth 0x32: must be a number");
    network(folder, net("Ring", "4", "1_000", "1"), "bandwidth 1_000: must be a number");
    network(folder, net("Ring", "4", ".nan", "1"), "bandwidth .nan: must be a number");
  }

  private static int ranks(Path folder, String count) throws IOException {
    Path file = folder.resolve("network.yml");
    Files.writeString(file, net("Ring", count, "0500", "1e3"));
    NetworkConfig network = ConfigReader.network(file);
    assertThat(network.dimensions().get(0).bandwidth()).isEqualTo(500);
    assertThat(network.dimensions().get(0).latency()).isEqualTo(1000);
    return network.ranks();
  }

  @Test
  void aMillionEmptyGroupsAreReadAndDoNoHarm(@TempDir Path folder) throws IOException {
    StringBuilder json = new StringBuilder("{\"1\":[0,1]");
    for (int id = 2; id <= 1_000_000; id++) {
      json.append(",\"").append(id).append("\":[]");
    }
    Path file = folder.resolve("groups.json");
    Files.writeString(file, json.append('}').toString());

    assertThat(ConfigReader.groups(file).count()).isEqualTo(1_000_000);
  }

  @Test
  void configurationFilesSayWhichKeyIsWrong(@TempDir Path folder) throws IOException {
    refused(folder, "{\"scheduling-policy\": \"RANDOM\"}", "scheduling-policy", "LIFO");
    refused(folder, "{\"preferred-dataset-splits\": -1}", "preferred-dataset-splits -1");
    refused(folder, "{\"all-reduce-implementation\": [\"rnig\"]}", "\"rnig\" is none of ring");
    refused(folder, "{\"all-gather-implementation-custom\": \"x\"}", "a list of one path");
    refused(folder, "{\"all-gather-implementation-custom\": [\"x\", \"y\"]}", "a list of one path");
    refused(folder, "{\"per-node-custom-implementation\": \"nosuch.yml\"}", "no such file");
    refused(folder, "{\"endpoint-delay\": \"ten\"}", "endpoint-delay");
    refused(folder, "{\"active-chunks-per-dimension\": 18446744073709551617}", "below 2^63");
    refused(folder, "{", "line 1");
    refused(folder, "[".repeat(100_000), "not JSON: Document nesting depth (51) exceeds");
    refused(folder, "7", "must be a JSON object");
  }

  /** A user of the command has no switches of the library that reads JSON. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a':1}",
        "{\"a\":NaN}",
        "// c\n{}",
        "{\"a\":+1}",
        "{\"a\":01}",
        "{\"a\":[1",
        "{\"a\":\"\\x\"}",
        "abc",
        "{\"a\":\"\u0001\"}"
      })
  void wrongJsonIsToldWithoutItsLibrary(String json, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("system.json");
    Files.writeString(file, json);
    assertThatThrownBy(() -> ConfigReader.system(file))
        .hasMessageMatching("(?s).*line 1, column \\d+: not JSON: .*")
        .message()
        .doesNotContain("Feature", "enable", "Source:", "Constraints");
  }

  private static void refused(Path folder, String json, String... words) throws IOException {
    Path file = folder.resolve("system.json");
    Files.writeString(file, json);
    assertThatThrownBy(() -> ConfigReader.system(file))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void networkFilesSayWhatIsWrong(@TempDir Path folder) throws IOException {
    network(folder, "topology: [ Ring ]", "npus_count: must be a list");
    network(folder, net("Torus", "4", "50", "500"), "topology Torus: must be Ring");
    network(folder, net("Ring", "1", "50", "500"), "npus_count 1");
    network(folder, net("Ring", "4", "0", "500"), "bandwidth 0.0");
    network(folder, net("Ring", "4", "50", "-1"), "latency -1.0");
    network(folder, net("Ring", "4, 2", "50", "1"), "one entry per dimension");
    network(folder, net("Ring", "99999999", "50", "1"), "more than 16777216 ranks");
    network(folder, "a: &a [*a, *a]\nb: *a", "");
    network(folder, "topology: [", "not YAML");
    network(folder, "topology: " + "[".repeat(200_000), "deeper than 50");
    network(folder, nestedMaps(2_000), "deeper than 50");
    network(
        folder,
        "topology: &a [ [ *a ] ]\nnpus_count: [ 2 ]\nbandwidth: [ 1 ]\nlatency: [ 1 ]\n",
        "topology (a list or map): must be Ring");
  }

  private static String nestedMaps(int depth) {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      yaml.append(" ".repeat(i)).append("a:\n");
    }
    return yaml.toString();
  }

  @Test
  void aNetworkFileThatIsNotUtf8NamesTheByte(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("network.yml");
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});

    assertThatThrownBy(() -> ConfigReader.network(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": byte 3: not UTF-8");
  }

  @Test
  void whatIsNoRegularFileIsNotRead(@TempDir Path folder) {
    assertThatThrownBy(() -> ConfigReader.network(folder))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder + ": not a file");
    assertThatThrownBy(() -> ConfigReader.groups(folder))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder + ": not a file");
  }

  @Test
  void groupFilesSayWhatIsWrong(@TempDir Path folder) throws IOException {
    groups(folder, "{\"1\": [0], \"2\": [", "not JSON");
    groups(folder, "{\"1\": [\"0\"]}", "must hold ranks only");
    groups(folder, "{\"0\": [0]}", "must begin with a whole number from 1");
    groups(folder, "{\"tp\": [0]}", "must begin with a whole number from 1");
    groups(folder, "{\"2147483648\": [0]}", "must begin with a whole number from 1");
  }

  private static void groups(Path folder, String json, String word) throws IOException {
    Path file = folder.resolve("groups.json");
    Files.writeString(file, json);
    assertThatThrownBy(() -> ConfigReader.groups(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(word);
  }

  private static String net(String topology, String count, String bandwidth, String latency) {
    return String.format(
        "topology: [ %s ]%nnpus_count: [ %s ]%nbandwidth: [ %s ]%nlatency: [ %s ]%n",
        topology, count, bandwidth, latency);
  }

  private static void network(Path folder, String yaml, String word) throws IOException {
    Path file = folder.resolve("network.yml");
    Files.write(file, yaml.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ConfigReader.network(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(word);
  }
}
