package io.heddle.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantitiesTest {
  @Test
  void timesHaveTheUnitThatKeepsThemShort() {
    assertThat(Quantities.time(0)).isEqualTo("0 ns");
    assertThat(Quantities.time(999)).isEqualTo("999 ns");
    assertThat(Quantities.time(1000)).isEqualTo("1.000 us");
    assertThat(Quantities.time(2_273_486_500.0)).isEqualTo("2.273 s");
    assertThat(Quantities.time(7.2e15)).isEqualTo("7,200,000.000 s");
  }

  @Test
  void timesOfOneTableHaveOneUnit() {
    assertThat(Quantities.time(632_306_000, 2e9)).isEqualTo("0.632 s");
    assertThat(Quantities.time(0, 2e6)).isEqualTo("0.000 ms");
  }

  @Test
  void otherNumbers() {
    assertThat(Quantities.bytes(BigInteger.valueOf(1_190_000_000))).isEqualTo("1.190 GB");
    assertThat(Quantities.bytes(BigInteger.TEN.pow(25))).isEqualTo("10,000.000 ZB");
    assertThat(Quantities.approximately(8_030_261_248.0)).isEqualTo("8.030 billion");
    assertThat(Quantities.approximately(12)).isEqualTo("12");
    assertThat(Quantities.percent(0.37504)).isEqualTo("37.5 %");
    assertThat(Quantities.count(1_210_624)).isEqualTo("1,210,624");
  }

  @Test
  void columnsAreAlignedToTheRight() {
    Table table = new Table().row(List.of("a", "long")).row(List.of("100", "1"));
    assertThat(table.text()).isEqualTo("  a  long\n100     1\n");
  }
}
