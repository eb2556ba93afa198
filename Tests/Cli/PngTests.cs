using NativeSsl.Cli.Pictures;

namespace NativeSsl.Tests.Cli;

public sealed class PngTests
{
    // Read again by the reader of data sets, which checks every checksum.
    [Theory, InlineData(1), InlineData(3)]
    public void Pixels_come_back(int channels)
    {
        using Scratch scratch = new();
        var random = new RandomSource(3, 0);
        var size = new ImageSize(5, 7, channels);
        byte[] pixels = [.. Enumerable.Range(0, size.Bytes).Select(_ => (byte)random.NextInt(256))], read = new byte[size.Bytes];
        foreach (string part in new[] { "train", "test" })
        {
            Directory.CreateDirectory(scratch.File($"{part}/one"));
            File.WriteAllBytes(scratch.File($"{part}/one/a.png"), Png.Encode(size, pixels));
        }
        (IImageSource train, _) = ImageData.Open(Path.GetDirectoryName(scratch.File("train"))!, size);
        train.Read([0], read);
        Assert.Equal(pixels, read);
    }
}
