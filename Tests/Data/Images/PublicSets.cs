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
}
