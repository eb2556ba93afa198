namespace NativeSsl.Tests.Objectives;

public sealed class ImageViewsTests
{
    static readonly Augmentation Small = Augmentation.SimClrCifar with { Blur = new(0.5f), SolarizeProbability = 0.3f };

    static ImageSet Set(int count, int height = 32, int width = 32, int channels = 3)
    {
        var random = new RandomSource(11, 0);
        byte[] pixels = new byte[count * height * width * channels];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)random.NextBits();
        return new ImageSet("noise", new ImageSize(height, width, channels), pixels);
    }

    static float[][] Draw(IBackend backend, long draw, ulong seed = 4, Augmentation? how = null)
    {
        how ??= Small;
        using var step = new Step(backend);
        return [.. new ImageViews(backend, Set(19), [how, how], 7, seed).Draw(draw).Tensors.Select(x => x.ToArray())];
    }

    [Fact]
    public void Views_have_the_same_bits_at_any_number_of_threads_and_on_every_register_width()
    {
        float[][] expected = Draw(new CpuBackend(1), 3);
        foreach (CpuBackend backend in (CpuBackend[])[new(2), new(5), .. Devices.Widths])
            Assert.Equal(expected, Draw(backend, 3));
    }

    [Fact]
    public void A_gpu_makes_the_same_views()
    {
        float[] expected = Draw(new CpuBackend(1), 3)[1], actual = Draw(Devices.Simulator, 3)[1];
        // The other order of sums may put a pixel on the other side of solarisation's threshold: at most a handful of 21,504.
        int apart = expected.Zip(actual).Count(pair => MathF.Abs(pair.First - pair.Second) > 1e-4f);
        Assert.InRange(apart, 0, 5);
    }

    [Fact]
    public void A_draw_is_a_function_of_its_number_and_can_be_reached_directly()
    {
        using var step = new Step(CpuBackend.Default);
        var walked = new ImageViews(CpuBackend.Default, Set(19), [Augmentation.SimClrCifar], 7, 4);
        for (int draw = 0; draw < 1000; draw++)
        {
            using var inner = new Step(CpuBackend.Default);
            walked.Draw(draw);
        }
        var direct = new ImageViews(CpuBackend.Default, Set(19), [Augmentation.SimClrCifar], 7, 4);
        Views expected = walked.Draw(1000), actual = direct.Draw(1000);
        Assert.Equal(expected.Indices[0].Values.ToArray(), actual.Indices[0].Values.ToArray());
        Assert.Equal(expected.Tensors[0].ToArray(), actual.Tensors[0].ToArray());
    }

    [Fact]
    public void Views_of_an_image_of_different_images_draws_and_seeds_differ()
    {
        byte[] image = [.. Enumerable.Range(0, 3072).Select(i => (byte)(i * 7))];
        ImageSet same = new("same", new ImageSize(32, 32, 3), (byte[])[.. image, .. image]);
        float[][] OfSame(long draw, ulong seed) =>
            [.. new ImageViews(CpuBackend.Default, same, [Small, Small], 2, seed).Draw(draw).Tensors
                .SelectMany(x => x.ToArray().Chunk(3072))];
        float[][] all = [.. OfSame(0, 1), .. OfSame(1, 1), .. OfSame(0, 2)];
        for (int i = 0; i < all.Length; i++)
            for (int j = 0; j < i; j++) Assert.NotEqual(all[i], all[j]);
    }

    [Theory, InlineData(19, 7), InlineData(20, 5), InlineData(3, 3), InlineData(5, 1)]
    public void An_epoch_shows_every_image_at_most_once_and_leaves_out_what_fills_no_batch(int count, int batch)
    {
        var views = new ImageViews(CpuBackend.Default, Set(count, 4, 4), [Augmentation.None], batch, 1);
        Assert.Equal(count / batch, views.DrawsPerEpoch);
        List<int[]> epochs = [];
        for (int epoch = 0, draw = 0; epoch < 40; epoch++)
        {
            int[] places = [.. Enumerable.Range(0, count / batch).SelectMany(_ => views.Draw(draw++).Indices[0].Values.ToArray())];
            Assert.Equal(places.Length, places.Distinct().Count());
            Assert.All(places, place => Assert.InRange(place, 0, count - 1));
            epochs.Add(places);
        }
        Assert.Equal(Enumerable.Range(0, count), epochs.SelectMany(places => places).Distinct().Order());   // nobody is left out for ever
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void Without_augmentation_a_view_is_the_image()
    {
        ImageSet set = Set(10, 5, 6);
        var views = new ImageViews(CpuBackend.Default, set, [Augmentation.None], 4, 1);
        Views drawn = views.Draw(1);
        int[] places = drawn.Indices[0].Values.ToArray();
        Assert.Equal(ImageTensors.Of(CpuBackend.Default, set, places, views.Normalization).ToArray(), drawn.Tensors[0].ToArray());
    }

    [Fact]
    public void Everything_is_every_image_once_in_order_normalised()
    {
        ImageSet set = Set(10, 5, 6);
        var views = new ImageViews(CpuBackend.Default, set, [Small], 4, 1, Normalization.Cifar10);
        Views[] all = [.. views.Everything()];
        Assert.Equal(Enumerable.Range(0, 10), all.SelectMany(v => v.Indices[0].Values.ToArray()));
        Assert.Equal([4L, 4L, 2L], all.Select(v => v.Terms));
        byte[] pixels = new byte[10 * 90];
        set.Read([.. Enumerable.Range(0, 10)], pixels);
        float[] actual = [.. all.SelectMany(v => v.Tensors[0].ToArray())];
        for (int i = 0; i < pixels.Length; i++)
        {
            (float mean, float deviation) = (Normalization.Cifar10.Means[i % 3], Normalization.Cifar10.Deviations[i % 3]);
            Assert.Equal((pixels[i] / 255.0 - mean) / deviation, actual[i], 1e-5);
        }
    }

    [Fact]
    public void Dino_s_views_have_two_sizes_and_grey_images_work_in_every_recipe()
    {
        IReadOnlyList<Augmentation> dino = Augmentation.Dino(globalSize: 28, localSize: 12, locals: 3);
        Augmentation[] recipes = [.. dino, .. Augmentation.Byol, Augmentation.Moco, Augmentation.SimClrImageNet,
            Augmentation.SimClrCifar, Augmentation.None];
        Views views = new ImageViews(CpuBackend.Default, Set(5, 32, 24, 1), recipes, 5, 1).Draw(0);
        Assert.Equal([28, 28, 12, 12, 12, 32, 32, 32, 32, 32, 32], views.Tensors.Select(x => x.Shape[1]));
        Assert.Equal([28, 28, 12, 12, 12, 24, 24, 24, 24, 24, 24], views.Tensors.Select(x => x.Shape[2]));
        Assert.All(views.Tensors, x => Assert.All(x.ToArray(), value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Bicubic_views_stay_within_black_and_white()
    {
        var plain = new Normalization([0f, 0f, 0f], [1f, 1f, 1f]);
        Augmentation crop = Augmentation.None with { Crop = new(), Interpolation = Interpolation.Bicubic };
        float[] y = new ImageViews(CpuBackend.Default, Set(8), [crop], 8, 1, plain).Draw(0).Tensors[0].ToArray();
        Assert.Equal(0f, y.Min());
        Assert.Equal(1f, y.Max());
    }

    [Fact]
    public void Memory_of_views_is_the_step_s()
    {
        var backend = new CpuBackend(1);
        var views = new ImageViews(backend, Set(8), [Small, Small], 8, 1);
        long held = 0;
        for (int draw = 0; draw < 20; draw++)
        {
            using (var step = new Step(backend)) views.Draw(draw);
            if (draw == 1) held = backend.PoolBytes;
        }
        Assert.Equal(0, backend.PoolBytesInUse);
        Assert.Equal(held, backend.PoolBytes);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_sentence()
    {
        Refused<ShapeException>("batches of 9", () => Views(Small, batch: 9));
        Refused<ShapeException>("batches of 0", () => Views(Small, batch: 0));
        Refused<ShapeException>("2 channels", () => _ = new ImageViews(CpuBackend.Default, Set(8, 4, 4, 2), [Small], 8, 1));
        Refused<ShapeException>("Normalization.Of(images)",
            () => _ = new ImageViews(CpuBackend.Default, Set(8, 4, 4, 1), [Small], 8, 1, Normalization.Cifar10));
        Refused<NativeSslException>("no view", () => _ = new ImageViews(CpuBackend.Default, Set(8), [], 8, 1));
        Refused<NativeSslException>("draw -1", () => Views(Small).Draw(-1));
        Refused<NativeSslException>("FlipProbability is 1.5", () => Views(Small with { FlipProbability = 1.5f }));
        Refused<NativeSslException>("GrayscaleProbability is NaN", () => Views(Small with { GrayscaleProbability = float.NaN }));
        Refused<NativeSslException>("SolarizeProbability is -1", () => Views(Small with { SolarizeProbability = -1f }));
        Refused<NativeSslException>("SolarizeThreshold is 2", () => Views(Small with { SolarizeThreshold = 2f }));
        Refused<NativeSslException>("Crop's area goes from 0 to 1", () => Views(Small with { Crop = new(0f) }));
        Refused<NativeSslException>("Crop's area goes from 0.5 to 0.4", () => Views(Small with { Crop = new(0.5f, 0.4f) }));
        Refused<NativeSslException>("Crop's aspect goes from 2 to 1",
            () => Views(Small with { Crop = new(MinimumAspect: 2f, MaximumAspect: 1f) }));
        Refused<NativeSslException>("Size is 0 × 3", () => Views(Small with { Size = (0, 3) }));
        Refused<NativeSslException>("Jitter.Hue is 0.6", () => Views(Small with { Jitter = new(0, 0, 0, 0.6f) }));
        Refused<NativeSslException>("Jitter.Contrast is -1", () => Views(Small with { Jitter = new(0, -1, 0, 0) }));
        Refused<NativeSslException>("Blur's sigma goes from 0 to 2", () => Views(Small with { Blur = new(0.5f, 0f) }));
        Refused<NativeSslException>("Normalization: 1 means and 2 deviations", () => _ = new Normalization([1f], [1f, 1f]));
        Refused<NativeSslException>("channel 0 has mean 1 and deviation 0", () => _ = new Normalization([1f], [0f]));
        Refused<NativeSslException>("no images", () => Normalization.Of(Set(0)));

        static ImageViews Views(Augmentation how, int batch = 8) => new(CpuBackend.Default, Set(8), [how], batch, 1);
        static void Refused<T>(string part, Func<object> call) where T : Exception =>
            Assert.Contains(part, Assert.Throws<T>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_normalisation_measured_on_a_set_gives_mean_nought_and_deviation_one()
    {
        ImageSet set = Set(300, 7, 5);
        float[] y = ImageTensors.Of(CpuBackend.Default, set, [.. Enumerable.Range(0, 300)], Normalization.Of(set)).ToArray();
        for (int channel = 0; channel < 3; channel++)
        {
            float[] values = [.. y.Where((_, i) => i % 3 == channel)];
            Assert.Equal(0, values.Average(v => (double)v), 1e-5);
            Assert.Equal(1, values.Average(v => (double)v * v), 1e-4);
        }
        Normalization flat = Normalization.Of(new ImageSet("flat", new ImageSize(2, 2, 1), new byte[] { 51, 51, 51, 51 }));
        Assert.Equal(0.2f, flat.Means[0], 1e-6f);
        Assert.Equal(1f, flat.Deviations[0]);
    }

    [DataFact("cifar10/data_batch_1.bin")]
    public void Cifar_10_has_the_mean_that_is_published()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder!, "cifar10/data_batch_1.bin"));
        byte[] planar = [.. file.Chunk(3073).SelectMany(record => record.AsSpan(1).ToArray())], pixels = new byte[planar.Length];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = planar[i / 3072 * 3072 + i % 3 * 1024 + i % 3072 / 3];
        Normalization measured = Normalization.Of(new ImageSet("cifar", new ImageSize(32, 32, 3), pixels));
        for (int channel = 0; channel < 3; channel++)
        {
            Assert.Equal(Normalization.Cifar10.Means[channel], measured.Means[channel], 0.005f);
            Assert.Equal(Normalization.Cifar10.Deviations[channel], measured.Deviations[channel], 0.005f);
        }
    }
}
