namespace NativeSsl.Tests.Evaluation;

public sealed class EvaluatedImagesTests
{
    static readonly ImageSet Grey = new("grey", new ImageSize(2, 2, 1), new byte[] { 0, 100, 200, 255 }, [0]);
    static readonly ImageSet Noise = new("noise", new ImageSize(16, 16, 3),
        Enumerable.Range(0, 3 * 768).Select(i => (byte)(80 + Philox.Block(1, 1, (ulong)i).A % 96)).ToArray(), [0, 1, 0]);

    static byte[] Read(IImageSource images, params int[] places)
    {
        byte[] pixels = new byte[places.Length * images.Size.Bytes];
        images.Read(places, pixels);
        return pixels;
    }

    [Fact]
    public void Corruptions_depend_on_the_image_not_on_the_batch()
    {
        foreach (Corruption corruption in Enum.GetValues<Corruption>())
        {
            var images = new CorruptedImages(Noise, corruption, 3, seed: 5);
            Assert.Equal(Read(images, 0, 1, 2)[768..1536], Read(images, 1));
            Assert.Equal((3, 2, Noise.Size), (images.Count, images.Classes.Count, images.Size));
            if (corruption is Corruption.Noise or Corruption.Occlusion)
                Assert.NotEqual(Read(images, 1), Read(new CorruptedImages(Noise, corruption, 3, seed: 6), 1));
        }
    }

    [Fact]
    public void Severity_spoils_more()
    {
        byte[] clean = Read(Noise, 0);
        foreach (Corruption corruption in Enum.GetValues<Corruption>())
        {
            double[] changes = [.. Enumerable.Range(1, 5).Select(severity =>
                Read(new CorruptedImages(Noise, corruption, severity), 0).Zip(clean, (a, b) => (double)(a - b) * (a - b)).Sum())];
            Assert.Equal(changes.Order(), changes);
            Assert.True(changes[0] > 0);
        }
    }

    [Fact]
    public void Each_corruption_by_its_definition()
    {
        byte[] clean = Read(Noise, 0);
        double[] noise = [.. Read(new CorruptedImages(Noise, Corruption.Noise, 5), 0).Zip(clean, (a, b) => (double)a - b)];
        Assert.Equal(0, noise.Average(), 4 * 25.5 / Math.Sqrt(768));
        Assert.Equal(25.5, Math.Sqrt(noise.Average(v => v * v)), 4 * 25.5 / Math.Sqrt(2 * 768));

        byte[] flat = Read(new CorruptedImages(Noise, Corruption.Contrast, 2), 0);
        for (int channel = 0; channel < 3; channel++)
        {
            double mean = Enumerable.Range(0, 256).Average(i => (double)clean[3 * i + channel]);
            for (int i = channel; i < 768; i += 3) Assert.Equal(mean + 0.5 * (clean[i] - mean), flat[i], 0.51);
        }

        byte[] covered = Read(new CorruptedImages(Noise, Corruption.Occlusion, 3), 0);
        int[] changed = [.. Enumerable.Range(0, 256).Where(p => covered.AsSpan(3 * p, 3).IndexOfAnyExcept((byte)128) < 0)];
        Assert.Equal(64, changed.Length);
        Assert.Equal((8, 8), (changed.Select(p => p / 16).Distinct().Count(), changed.Select(p => p % 16).Distinct().Count()));
        Assert.Throws<NativeSslException>(() => new CorruptedImages(Noise, Corruption.Blur, 6));
    }

    [Fact]
    public void A_blurred_point_is_a_bell_of_the_same_brightness()
    {
        byte[] pixels = new byte[11 * 11];
        pixels[5 * 11 + 5] = 255;
        byte[] blurred = Read(new CorruptedImages(new ImageSet("point", new ImageSize(11, 11, 1), pixels), Corruption.Blur, 5), 0);
        double[] bell = [.. Enumerable.Range(-5, 11).Select(i => Math.Exp(-i * i / 2.0))];
        for (int y = 0; y < 11; y++)
            for (int x = 0; x < 11; x++) Assert.Equal(255 * bell[y] * bell[x] / Math.Pow(bell.Sum(), 2), blurred[y * 11 + x], 0.6);
        byte[] even = [.. Enumerable.Repeat((byte)77, 121)];
        Assert.Equal(even, Read(new CorruptedImages(new ImageSet("even", new ImageSize(11, 11, 1), even), Corruption.Blur, 5), 0));
    }

    [Fact]
    public void A_fifth_of_every_class_is_kept_apart_and_nothing_is_in_both_parts()
    {
        byte[] pixels = [.. Enumerable.Range(0, 30).Select(i => (byte)i)];
        var images = new ImageSet("numbers", new ImageSize(1, 1, 1), pixels, [.. Enumerable.Range(0, 30).Select(i => i % 3)]);
        (IImageSource train, IImageSource test) = HeldOutImages.Of(images);
        Assert.Equal([8, 8, 8], train.Labels!.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        Assert.Equal([2, 2, 2], test.Labels!.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        byte[] learned = Read(train, [.. Enumerable.Range(0, 24)]), kept = Read(test, [.. Enumerable.Range(0, 6)]);
        Assert.Equal(pixels, learned.Concat(kept).Order().ToArray());
        Assert.All(kept.Zip(test.Labels!), pair => Assert.Equal(pair.First % 3, pair.Second));
        Assert.NotEqual(kept, Read(HeldOutImages.Of(images, seed: 1).Test, [.. Enumerable.Range(0, 6)]));
        Assert.Throws<NativeSslException>(() => HeldOutImages.Of(images, parts: 1));
        Assert.Throws<NativeSslException>(() => HeldOutImages.Of(new ImageSet("unlabelled", images.Size, pixels)));
    }

    [Fact]
    public void Grey_becomes_equal_colours_and_colours_their_brightness()
    {
        Assert.Equal([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255], Read(new AdaptedImages(Grey, new ImageSize(2, 2, 3)), 0));
        var colours = new ImageSet("colours", new ImageSize(1, 2, 3), new byte[] { 255, 0, 0, 10, 20, 30 });
        Assert.Equal([76, 18], Read(new AdaptedImages(colours, new ImageSize(1, 2, 1)), 0));
    }

    [Fact]
    public void Sizes_adapt()
    {
        Assert.Equal(Read(Noise, 1, 2), Read(new AdaptedImages(Noise, Noise.Size), 1, 2));
        byte[] even = [.. Enumerable.Repeat((byte)91, 20)];
        Assert.All(Read(new AdaptedImages(new ImageSet("even", new ImageSize(5, 4, 1), even), new ImageSize(13, 3, 1)), 0), value =>
            Assert.Equal(91, value));
        // Half way between two pixels each, and borders that stay.
        Assert.Equal([0, 25, 75, 100],
            Read(new AdaptedImages(new ImageSet("pair", new ImageSize(1, 2, 1), new byte[] { 0, 100 }), new ImageSize(1, 4, 1)), 0));
        // Shrunk by two: weights 1/8, 3/8, 3/8, 1/8 inside; at the border those that are left.
        byte[] shrunk = Read(new AdaptedImages(new ImageSet("ramp", new ImageSize(1, 8, 1), new byte[] { 0, 0, 0, 80, 0, 0, 0, 0 }),
            new ImageSize(1, 4, 1)), 0);
        Assert.Equal([0, 30, 10, 0], shrunk);
        Assert.Throws<ShapeException>(() => new AdaptedImages(new ImageSet("two", new ImageSize(1, 1, 2), new byte[2]), Grey.Size));
        Assert.Throws<ShapeException>(() => new AdaptedImages(Grey, new ImageSize(0, 2, 1)));
        Assert.Throws<ShapeException>(() => new AdaptedImages(Grey, Grey.Size).Read([0], new byte[3]));
    }

    [Fact]
    public void Some_images_are_those_asked_for()
    {
        var some = new SomeImages(Noise, [2, 0, 2]);
        Assert.Equal(Read(Noise, 2, 2), Read(some, 0, 2));
        Assert.Equal([0, 0, 0], some.Labels!);
        Assert.Throws<ShapeException>(() => Read(some, 3));
    }

    [Fact]
    public void A_colour_histogram_counts_colours()
    {
        var colours = new ImageSet("colours", new ImageSize(1, 4, 3), new byte[] { 0, 0, 0, 63, 63, 63, 255, 0, 64, 200, 130, 70 }, [0]);
        float[] shares = ColourHistogram.Of(Table.Cpu, colours, Split.Train).Values.ToArray();
        Assert.Equal(64, shares.Length);
        Assert.Equal(0.5f, shares[0]);
        Assert.Equal(0.25f, shares[16 * 3 + 4 * 0 + 1]);
        Assert.Equal(0.25f, shares[16 * 3 + 4 * 2 + 1]);
        float[] grey = ColourHistogram.Of(Table.Cpu, Grey, Split.Train).Values.ToArray();
        Assert.Equal([0, 6, 12, 15], Enumerable.Range(0, 16).Where(bin => grey[bin] == 0.25f));
        Assert.Throws<ShapeException>(() =>
            ColourHistogram.Of(Table.Cpu, new ImageSet("two", new ImageSize(1, 1, 2), new byte[2]), Split.Train));
    }

    [Fact]
    public void Components_of_pixels_are_fitted_on_the_training_split()
    {
        FeatureSet train = Table.Clouds(50, 6, 2, 1), test = Table.Clouds(20, 6, 2, 1, Split.Test);
        (FeatureSet fitted, FeatureSet applied) = PixelComponents.Of(train, test, 3);
        Assert.Equal(PrincipalComponents.Fit(train.Values, 3).Apply(test.Values).ToArray(), applied.Values.ToArray());
        Assert.Equal((Split.Train, 50, 3, Split.Test, 20), (fitted.Split, fitted.Count, fitted.Width, applied.Split, applied.Count));
        Assert.Throws<NativeSslException>(() => PixelComponents.Of(test, train));
    }

    [Fact]
    public void Calibration_shows_each_image_once_in_training_mode_without_gradients()
    {
        var encoder = new Pictures.Encoder(Table.Cpu, 1);
        ImageSet images = Pictures.Bars(21, 1);
        List<int> seen = [];
        Calibration.Run(encoder, images, (backend, source, places) =>
        {
            Assert.False(Tape.IsRecording);
            seen.AddRange(places.ToArray());
            return FeaturesTests.Plain(backend, source, places);
        }, batch: 7);
        Assert.Equal([true, true, true], encoder.Trainings);
        Assert.Equal(Enumerable.Range(0, 21), seen.Order());
        Assert.NotEqual(Enumerable.Range(0, 21), seen);
    }
}
