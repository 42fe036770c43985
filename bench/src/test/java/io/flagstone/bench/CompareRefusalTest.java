// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareRefusalTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--impl redis | --impl redis is not one of flagstone,",
                "--benchmark gett | --benchmark gett is not one of get,",
                "--entries 10 | --entries 10 is not between 1000 and 100000000",
                "--entries ten | is not an int",
                "--value-bytes 12 | --value-bytes 12 must be at least 16 and a multiple of 8",
                "--keys normal | --keys normal is neither uniform nor zipf",
                "--threads 5 | --threads 5 is not between 1 and 4",
                "--rounds 0 | --rounds 0 is not between 1 and 1000",
                "--json /no/such/file | --json: /no/such is not a directory"
            })
    void invalidOptionsAreRefusedByName(String options, String message) {
        final String[] args = ("compare " + options).split(" ");

        final Cli run = Cli.run(args);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ").contains(message);
        assertThat(run.out()).isEmpty();
    }
}
