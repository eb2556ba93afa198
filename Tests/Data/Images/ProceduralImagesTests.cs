using System.Numerics.Tensors;
using System.Security.Cryptography;
using Xunit.Abstractions;

namespace NativeSsl.Tests.Images;

/// <summary>The built-in set: the same everywhere, and solved by nothing simple.</summary>
public sealed class ProceduralImagesTests(ITestOutputHelper log)
{
    const int Queries = 500, Neighbours = 20;

    static readonly ImageSet Train = ProceduralImages.Train(), Test = ProceduralImages.Test();

    static byte[] Pixels(ImageSet set, int count)
    {
        byte[] pixels = new byte[count * set.Size.Bytes];
        set.Read([.. Enumerable.Range(0, count)], pixels);
        return pixels;
    }

    [Fact]
    public void The_same_seed_gives_the_same_images_on_every_machine()
    {
        byte[] train = Pixels(Train, Train.Count);
        Assert.Equal("d7ead0c54b4a2c48", Convert.ToHexStringLower(SHA256.HashData(train))[..16]);
        Assert.Equal(train[..(100 * 3072)], Pixels(ProceduralImages.Train(100), 100));
        Assert.NotEqual(train[..3072], Pixels(ProceduralImages.Train(1, seed: 2), 1));
        Assert.NotEqual(train[..3072], Pixels(Test, 1));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i % 10), Train.Labels);
        Assert.Equal((1000, 10, ProceduralImages.Size), (Test.Count, Test.Classes.Count, Test.Size));
    }

    [Fact]
    public void Raw_pixels_tell_something_but_not_much()
    {
        double accuracy = Accuracy(Rows(Pixels(Train, Train.Count), RawPixels), Rows(Pixels(Test, Queries), RawPixels));
        log.WriteLine($"{Neighbours} neighbours on raw pixels: {accuracy:F1} % (chance: 10)");
        Assert.InRange(accuracy, 16, 40);
    }

    [Fact]
    public void Colours_tell_next_to_nothing()
    {
        byte[] train = Pixels(Train, Train.Count), test = Pixels(Test, Queries);
        double accuracy = Accuracy(Rows(train, Histogram), Rows(test, Histogram));
        log.WriteLine($"{Neighbours} neighbours on colour histograms: {accuracy:F1} % (chance: 10)");
        Assert.InRange(accuracy, 5, 30);
        // the same images with a tint for each class: now colours must tell it, or the measure is worth nothing
        foreach (byte[] pixels in new[] { train, test })
            for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(pixels[i] / 4 + (i % 3 == 0 ? i / 3072 % 10 * 18 : 0));
        Assert.InRange(Accuracy(Rows(train, Histogram), Rows(test, Histogram)), 45, 100);
    }

    static float[][] Rows(byte[] pixels, Func<byte[], float[]> features) => [.. pixels.Chunk(3072).Select(features)];

    static float[] RawPixels(byte[] image) => Array.ConvertAll(image, value => value / 255f);

    // eight levels a channel; square roots, so that the distance is Hellinger's
    static float[] Histogram(byte[] image)
    {
        float[] counts = new float[512];
        for (int i = 0; i < image.Length; i += 3) counts[image[i] / 32 * 64 + image[i + 1] / 32 * 8 + image[i + 2] / 32]++;
        return Array.ConvertAll(counts, MathF.Sqrt);
    }

    static double Accuracy(float[][] bank, float[][] queries) => 100.0 * Enumerable.Range(0, queries.Length).AsParallel().Count(i =>
    {
        float[] distances = Array.ConvertAll(bank, row => TensorPrimitives.Distance<float>(queries[i], row));
        int[] places = [.. Enumerable.Range(0, bank.Length)];
        Array.Sort(distances, places);
        return places.Take(Neighbours).CountBy(place => place % 10).MaxBy(pair => pair.Value).Key == i % 10;
    }) / queries.Length;
}
