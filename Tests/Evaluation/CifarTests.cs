namespace NativeSsl.Tests.Evaluation;

/// <summary>The first rows of the reference: raw pixels of the CIFAR-10 subset, each channel normalised by its mean and deviation on the
/// training images.</summary>
public sealed class CifarTests
{
    const int Record = 3073, Plane = 1024;

    static FeatureSet Pixels(string file, Split split, int most, (double[] Means, double[] Deviations)? known,
        out (double[] Means, double[] Deviations) moments)
    {
        byte[] records = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder!, "cifar10", file));
        int count = Math.Min(most, records.Length / Record);
        double[] sums = new double[3], squares = new double[3];
        for (int i = 0; i < records.Length; i++)
        {
            if (i % Record == 0) continue;
            int channel = (i % Record - 1) / Plane;
            sums[channel] += records[i];
            squares[channel] += records[i] * records[i];
        }
        double each = (double)(records.Length / Record) * Plane;
        moments = known ?? ([.. sums.Select(sum => sum / each)],
            [.. squares.Zip(sums, (square, sum) => Math.Sqrt(square / each - sum / each * (sum / each)))]);
        float[] values = new float[count * (Record - 1)];
        for (int i = 0; i < values.Length; i++)
        {
            int place = i % (Record - 1), channel = place / Plane;
            values[i] = (float)((records[i / (Record - 1) * Record + 1 + place] - moments.Means[channel]) / moments.Deviations[channel]);
        }
        return new FeatureSet("raw pixels", split, Tensor.From(Table.Cpu, [count, Record - 1], values),
            [.. Enumerable.Range(0, count).Select(i => (int)records[i * Record])], 10);
    }

    [DataFact("cifar10")]
    public void Raw_pixels_stand_where_the_reference_has_them()
    {
        FeatureSet train = Pixels("data_batch_1.bin", Split.Train, 10_000, null, out var moments);
        FeatureSet test = Pixels("test_batch_2000.bin", Split.Test, 2_000, moments, out _);
        Assert.Equal(0.3865, new NearestNeighbours(train).Accuracy(test, 20), 1e-9);
        // The reference's 35.35 is the best of a small grid on test images; held-out training labels like a stronger penalty, which does
        // better.
        LinearProbe probe = LinearProbe.Fit(train, new LinearProbeOptions { Strengths = [0.1, 0.01] });
        Assert.Equal(0.1, probe.Strength);
        Assert.InRange(probe.Accuracy(test), 0.370, 0.389);
    }
}
