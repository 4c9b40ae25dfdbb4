package io.heddle.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.failure.Failure;
import io.heddle.runtime.serving.Requests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of requests, in the columns of those who publish them. */
class RequestFileTest {
  @TempDir private Path folder;

  private RequestFile read(String text) throws IOException {
    Path file = folder.resolve("requests.csv");
    Files.writeString(file, text);
    return RequestFile.read(file, 1000);
  }

  private static void assertRequest(Requests requests, int index, double s, int in, int out) {
    assertThat(requests.arrival(index)).isEqualTo(Math.round(s * 1e9));
    assertThat(requests.input(index)).isEqualTo(in);
    assertThat(requests.output(index)).isEqualTo(out);
  }

  @Test
  void heddlesOwnColumnsMayHaveMeasuredTimes() throws IOException {
    RequestFile file =
        read(
            """
            run,arrival_s,input,output,first_token_s,last_token_s
            a,0.5,10,3,0.75,1.5
            a,1.0,20,1,2.0,2.0
            """);
    assertRequest(file.requests(), 0, 0, 10, 3);
    assertRequest(file.requests(), 1, 0.5, 20, 1);
    MeasuredTimes measured = file.measured().orElseThrow();
    assertThat(measured.ttft()).containsExactly(0.75, 1.5);
    assertThat(measured.endToEnd()).containsExactly(1.5, 1.5);
  }

  @Test
  void azuresDatesMayHaveZones() throws IOException {
    assertRequest(
        read("""
                TIMESTAMP,ContextTokens,GeneratedTokens
                2023-11-16 18:17:03.9799600,4808,10
                2023-11-16 18:17:04.0319600,3180,8
                """)
            .requests(),
        1,
        0.052,
        3180,
        8);
    assertRequest(
        read("""
                TIMESTAMP,ContextTokens,GeneratedTokens
                2024-05-10 00:00:00.009930+00:00,2162,5
                2024-05-10 00:00:01.009930+00:00,2399,6
                """)
            .requests(),
        1,
        1,
        2399,
        6);
  }

  @Test
  void burstGptsFailuresAreLeftOut() throws IOException {
    RequestFile file =
        read(
            """
            Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
            5,ChatGPT,472,18,490,Conversation log
            45,ChatGPT,1087,0,1087,Conversation log
            118,GPT-4,417,276,693,"Conversation, log"
            """);
    assertThat(file.requests().size()).isEqualTo(2);
    assertThat(file.leftOut()).isEqualTo(1);
    assertRequest(file.requests(), 1, 113, 417, 276);
  }

  @Test
  void mooncakesBlocksAreKnown() throws IOException {
    RequestFile lines =
        read(
            """
            {"timestamp": 0, "input_length": 1100, "output_length": 52, "hash_ids": [46, 47, 99]}
            {"timestamp": 3000, "input_length": 1030, "output_length": 5, "hash_ids": [46, 47]}
            """);
    assertRequest(lines.requests(), 1, 3, 1030, 5);
    RequestFile csv =
        read(
            """
            timestamp,input_length,output_length,hash_ids
            0,1100,52,[46 47 99]
            3000,1030,5,"[46, 47]"
            """);
    assertRequest(csv.requests(), 1, 3, 1030, 5);
  }

  /** A file that has exactly as many is not cut; blank lines behind are no rows. */
  @Test
  void whatIsLeftBehindACountIsTold() throws IOException {
    Path file = folder.resolve("count.csv");
    Files.writeString(file, "arrival_s,input,output\n0,1,1\n1,2,2\n2,3,3\n\n");
    RequestFile two = RequestFile.read(file, 2);
    assertThat(two.requests().size()).isEqualTo(2);
    assertThat(two.isCut()).isTrue();
    RequestFile three = RequestFile.read(file, 3);
    assertThat(three.requests().size()).isEqualTo(3);
    assertThat(three.isCut()).isFalse();
  }

  @Test
  void requestsAreSortedByTheirArrival() throws IOException {
    Requests requests = read("arrival_s,input,output\n5,1,1\n2,2,2\n9,3,3\n").requests();
    assertRequest(requests, 0, 0, 2, 2);
    assertRequest(requests, 2, 7, 3, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a,b,c\n1,2,3\n",
        "arrival_s,input,output\n",
        "arrival_s,input,output\n1,2\n",
        "arrival_s,input,output\n1,2,3,4\n",
        "arrival_s,input,output\nx,2,3\n",
        "arrival_s,input,output\nNaN,2,3\n",
        "arrival_s,input,output\n1e300,2,3\n",
        "arrival_s,input,output\n0,1,1\n1e12,2,3\n",
        "arrival_s,input,output\n1,-2,3\n",
        "arrival_s,input,output\n1,2,99999999999\n",
        "arrival_s,input,output\n1,2.5,3\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-45 99:00:00,1,1\n",
        "{\"timestamp\": 1}\n",
        "{\"timestamp\": 1, \"input_length\": \"x\", \"output_length\": 2}\n",
        "{\"timestamp\": 1, \"input_length\": 1, \"output_length\": 2, \"hash_ids\": [1,}\n",
        "{{{{\n",
        "timestamp,input_length,output_length,hash_ids\n0,1,1,[x]\n",
      })
  void whatIsNoFileOfRequestsIsRefusedWithItsPlace(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("requests.csv");
  }

  @Test
  void longLinesAndOtherBytesAreRefused() throws IOException {
    assertThatThrownBy(() -> read("arrival_s,input,output\n" + "1".repeat(2_000_000)))
        .isInstanceOf(Failure.class)
        .hasMessageContaining(":2: the line is longer");
    Path file = folder.resolve("bytes.csv");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThatThrownBy(() -> RequestFile.read(file, 10))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("UTF-8");
  }

  /** Files with bytes changed at random are read or refused, and nothing else. */
  @Test
  void changedFilesAreReadOrRefused() throws IOException {
    String[] whole = {
      "arrival_s,input,output\n0.5,10,3\n1.0,20,1\n",
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9,4808,10\n",
      "{\"timestamp\": 0, \"input_length\": 1100, \"output_length\": 52, \"hash_ids\": [46, 47]}\n"
    };
    Random random = new Random(4);
    Path file = folder.resolve("changed.csv");
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = whole[i % whole.length].getBytes(StandardCharsets.UTF_8);
      IntStream.range(0, 1 + random.nextInt(3))
          .forEach(any -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128));
      Files.write(file, bytes);
      try {
        assertThat(RequestFile.read(file, 100).requests().size()).isPositive();
      } catch (Failure refused) {
        assertThat(refused).hasMessageContaining("changed.csv");
      }
    }
  }
}
