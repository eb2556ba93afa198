using System.IO.Compression;
using System.Security.Cryptography;

namespace NativeSsl.Tests.Images;

/// <summary>The real files, held against what their makers publish of them.</summary>
public sealed class PublicSets
{
    static string Of(string set, string file) => Path.Combine(DataFactAttribute.Folder!, set, file);

    static ImageSet Idx(string set, string images, string labels) => IdxImages.Read(Of(set, images), Of(set, labels));

    // The MD5 of the unpacked official file of test images covers its header, which is rebuilt here.
    [DataFact("fashion_mnist")]
    public void Fashion_MNIST()
    {
        ImageSet train = Idx("fashion_mnist", "train15k-images-idx3-ubyte.gz", "train15k-labels-idx1-ubyte.gz");
        ImageSet test = Idx("fashion_mnist", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz");
        Assert.Equal((15_000, 10_000, new ImageSize(28, 28, 1), test.Size), (train.Count, test.Count, train.Size, test.Size));
        Assert.Equal([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], train.Labels!.Take(10));
        Assert.Equal([9, 2, 1, 1, 6, 1, 4, 6, 5, 7], test.Labels!.Take(10));
        Assert.All(test.Labels!.CountBy(label => label), pair => Assert.Equal(1000, pair.Value));
        byte[] pixels = new byte[test.Count * 784];
        test.Read([.. Enumerable.Range(0, test.Count)], pixels);
        byte[] file = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels];
        Assert.Equal("8181f5470baa50b63fa0f6fddb340f0a",
            Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, file)));
    }

    [DataFact("burn_mnist_cnn")]
    public void MNIST()
    {
        ImageSet test = Idx("burn_mnist_cnn", "t10k-first100-images-idx3-ubyte", "t10k-first100-labels-idx1-ubyte");
        Assert.Equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9], test.Labels!.Take(10));
        Assert.Equal((100, 10), (test.Count, test.Classes.Count));
    }

    [DataFact("cifar10")]
    public void CIFAR_10()
    {
        ImageSet train = CifarImages.Read([Of("cifar10", "data_batch_1.bin")]);
        ImageSet test = CifarImages.Read([Of("cifar10", "test_batch_2000.bin")]);
        Assert.Equal((10_000, 2_000, new ImageSize(32, 32, 3)), (train.Count, test.Count, test.Size));
        Assert.Equal("airplane automobile bird cat deer dog frog horse ship truck", string.Join(' ', train.Classes));
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => i % 10), train.Labels);
        Assert.Equal(Enumerable.Range(0, 2_000).Select(i => i % 10), test.Labels);
        byte[] file = File.ReadAllBytes(Of("cifar10", "test_batch_2000.bin")), pixels = new byte[3072];
        test.Read([1999], pixels);
        for (int i = 0; i < 3072; i++) Assert.Equal(file[1999 * 3073 + 1 + i % 3 * 1024 + i / 3], pixels[i]);
    }

    // What is in the archive: unzip -l. Strokes of ink (0) on paper (255).
    [DataFact("omniglot_small1")]
    public void Omniglot()
    {
        (IImageSource train, IImageSource? test) = ImageData.Open(Path.Combine(DataFactAttribute.Folder!, "omniglot_small1"));
        Assert.Equal((2720, 136, new ImageSize(105, 105, 1), null as IImageSource), (train.Count, train.Classes.Count, train.Size, test));
        Assert.Equal("Balinese/character01", train.Classes[0]);
        Assert.All(train.Labels!.CountBy(label => label), pair => Assert.Equal(20, pair.Value));
        byte[] pixels = new byte[50 * 105 * 105];
        train.Read([.. Enumerable.Range(0, 50)], pixels);
        Assert.All(pixels, value => Assert.True(value is 0 or 255));
        Assert.InRange(pixels.Count(value => value == 0) / (double)pixels.Length, 0.01, 0.2);
    }

    [DataFact("cifar10")]
    public void Folders_of_public_sets_are_found_out()
    {
        (IImageSource train, IImageSource? test) = ImageData.Open(Path.Combine(DataFactAttribute.Folder!, "cifar10"));
        Assert.Equal((10_000, 2_000, "truck"), (train.Count, test!.Count, test.Classes[9]));
        (train, test) = ImageData.Open(Path.Combine(DataFactAttribute.Folder!, "fashion_mnist"));
        Assert.Equal((15_000, 10_000, 10, 10), (train.Count, test!.Count, train.Classes.Count, test.Classes.Count));
    }

    // libjpeg-turbo decoded the expected pixels; the two differ in how they make colours of fewer samples and round.
    [DataFact("onnx_node_vectors")]
    public void A_JPEG_is_decoded_as_by_others()
    {
        using ZipArchive archive = ZipFile.OpenRead(Of("onnx_node_vectors", "onnx_tests.zip"));
        foreach ((string test, int channels) in new[] { ("grayscale", 1), ("bgr", 3) })
        {
            byte[] file = Content($"node/test_image_decoder_decode_jpeg_{test}/test_data_set_0/input_0.pb");
            byte[] wanted = Content($"node/test_image_decoder_decode_jpeg_{test}/test_data_set_0/output_0.pb")[^(1024 * channels)..];
            byte[] pixels = new byte[1024 * channels];
            // the tensor's bytes are at the end of the message, but for its name
            int start = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xD8]);
            ImageDecoder.Decode(file[start..], test, new(32, 32, channels), pixels);
            // the expected colours come blue first
            int[] differences = [.. pixels.Select((value, i) => Math.Abs(value - wanted[channels == 1 ? i : i - i % 3 + 2 - i % 3]))];
            Assert.InRange(differences.Average(), 0, 3);
        }

        byte[] Content(string entry)
        {
            using Stream stream = archive.GetEntry(entry)!.Open();
            using MemoryStream content = new();
            stream.CopyTo(content);
            return content.ToArray();
        }
    }
}
