using System.IO.Compression;

namespace NativeSsl.Tests.Images;

/// <summary>Pictures in folders and archives, and finding out what a path is.</summary>
public sealed class ImageFolderTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    void Put(string path, byte grey, int height = 2, int width = 3)
    {
        string file = _scratch.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, PngWriter.Write(height, width, 1, [.. Enumerable.Repeat(grey, height * width)]));
    }

    static byte[] First(IImageSource set)
    {
        byte[] pixels = new byte[set.Count * set.Size.Bytes];
        set.Read([.. Enumerable.Range(0, set.Count)], pixels);
        return [.. Enumerable.Range(0, set.Count).Select(i => pixels[i * set.Size.Bytes])];
    }

    [Fact]
    public void The_folder_is_the_class()
    {
        Put("set/dog/b.png", 1);
        Put("set/dog/a.PNG", 2);
        Put("set/cat/x.png", 3, height: 5);
        Put("set/cat/.hidden.png", 9);
        File.WriteAllText(_scratch.File("set/cat/notes.txt"), "no picture");
        ImageFolder set = ImageFolder.Open(_scratch.File("set"));
        Assert.Equal(["cat", "dog"], set.Classes);
        Assert.Equal([0, 1, 1], set.Labels);
        Assert.Equal(new ImageSize(5, 3, 1), set.Size);                         // that of the first one in order
        Assert.Equal([3, 2, 1], First(set));
        Assert.Equal(new ImageSize(4, 4, 3), ImageFolder.Open(_scratch.File("set"), new(4, 4, 3)).Size);
        Assert.Throws<ShapeException>(() => ImageFolder.Open(_scratch.File("set"), new(4, 4, 2)));
        Assert.Throws<ShapeException>(() => set.Read([3], new byte[15]));
        Assert.Throws<ShapeException>(() => set.Read([-1], new byte[15]));
        Assert.Throws<ShapeException>(() => set.Read([0, 1], new byte[15]));
    }

    [Fact]
    public void Pictures_without_folders_have_no_labels_and_half_of_them_are_refused()
    {
        Put("set/a.png", 1);
        Put("set/b.png", 2);
        Assert.Null(ImageFolder.Open(_scratch.File("set")).Labels);
        Put("set/cat/c.png", 3);
        Assert.Contains("a.png: it lies in no folder of a class",
            Assert.Throws<MalformedFileException>(() => ImageFolder.Open(_scratch.File("set"))).Message);
    }

    [Fact]
    public void Train_and_test_have_the_same_classes_and_common_folders_do_not_count()
    {
        Put("set/deep/train/x/dog/1.png", 1);
        Put("set/deep/train/x/cat/2.png", 2);
        Put("set/deep/val/x/dog/3.png", 3);
        (IImageSource train, IImageSource? test) = ImageData.Open(_scratch.File("set"));
        Assert.Equal(["x/cat", "x/dog"], train.Classes);
        Assert.Equal(["x/cat", "x/dog"], test!.Classes);
        Assert.Equal(1, test.Labels!.Single());
        Assert.Equal([2, 1], First(train));
        Put("set/deep/test/x/cat/4.png", 4);
        Assert.Equal([4], First(ImageData.Open(_scratch.File("set")).Test!));   // test goes before val
        Put("set/deep/test/x/cow/5.png", 5);
        Assert.Contains("'x/cow' is none of the 2",
            Assert.Throws<MalformedFileException>(() => ImageData.Open(_scratch.File("set"))).Message);
    }

    [Fact]
    public void An_archive_is_read_like_a_folder()
    {
        Put("set/top/dog/b.png", 1);
        Put("set/top/cat/x.png", 3);
        Put("set/__MACOSX/cat/x.png", 4);
        ZipFile.CreateFromDirectory(_scratch.File("set"), _scratch.File("set.zip"));
        foreach (string path in new[] { "set.zip", "." })                       // the archive, or a folder with it
        {
            if (path == ".") Directory.Delete(_scratch.File("set"), recursive: true);
            (IImageSource train, IImageSource? test) = ImageData.Open(_scratch.File(path));
            Assert.Equal(["cat", "dog"], train.Classes);
            Assert.Null(test);
            Assert.Equal([3, 1], First(train));
        }
    }

    [Fact]
    public void What_is_no_set_is_refused_with_the_reason()
    {
        string Refused(string path) =>
            Assert.Throws<MalformedFileException>(() => First(ImageData.Open(_scratch.File(path)).Train)).Message;
        Assert.Contains("no such file or folder", Refused("nowhere"));
        Directory.CreateDirectory(_scratch.File("empty"));
        Assert.Contains("no pictures", Refused("empty"));
        File.WriteAllText(_scratch.File("what.dat"), "?");
        Assert.Contains("its name does not say what it is", Refused("what.dat"));
        File.WriteAllText(_scratch.File("broken.zip"), "PK");
        Assert.Contains("no zip archive", Refused("broken.zip"));
        Put("set/a.png", 1);
        ZipFile.CreateFromDirectory(_scratch.File("set"), _scratch.File("good.zip"));
        byte[] zip = File.ReadAllBytes(_scratch.File("good.zip"));
        for (int length = 0; length < zip.Length; length++)
        {
            File.WriteAllBytes(_scratch.File("cut.zip"), zip[..length]);
            Refused("cut.zip");
        }
        File.WriteAllBytes(_scratch.File("set/a.png"), [1, 2, 3]);
        Assert.Contains("set/a.png: it begins with 0x010203", Refused("set"));
        Directory.CreateDirectory(_scratch.File("tests"));
        File.WriteAllBytes(_scratch.File("tests/test_batch.bin"), CifarImagesTests.Make([1]));
        Assert.Contains("test batches only", Refused("tests"));
    }

    [Fact]
    public void Mutated_archives_raise_nothing_else()
    {
        Put("set/a.png", 1);
        ZipFile.CreateFromDirectory(_scratch.File("set"), _scratch.File("good.zip"));
        byte[] zip = File.ReadAllBytes(_scratch.File("good.zip"));
        Mutations.Try(zip, 2_000, bytes =>
        {
            File.WriteAllBytes(_scratch.File("bad.zip"), bytes);
            First(ImageFolder.Open(_scratch.File("bad.zip")));
        });
    }

    [Fact]
    public void Idx_and_cifar_folders_are_found_out()
    {
        Directory.CreateDirectory(_scratch.File("idx"));
        File.WriteAllBytes(_scratch.File("idx/train-images-idx3-ubyte.gz"), IdxImagesTests.Pack(IdxImagesTests.Make(8, [2, 1, 1], [7, 8])));
        File.WriteAllBytes(_scratch.File("idx/train-labels-idx1-ubyte"), IdxImagesTests.Make(8, [2], [0, 1]));
        File.WriteAllBytes(_scratch.File("idx/t10k-images-idx3-ubyte"), IdxImagesTests.Make(8, [1, 1, 1], [9]));
        File.WriteAllBytes(_scratch.File("idx/t10k-labels-idx1-ubyte"), IdxImagesTests.Make(8, [1], [0]));
        (IImageSource train, IImageSource? test) = ImageData.Open(_scratch.File("idx"));
        Assert.Equal([7, 8, 9], [.. First(train), .. First(test!)]);
        Assert.Equal((2, 2), (train.Classes.Count, test!.Classes.Count));
        Assert.Equal([0, 1], ImageData.Open(_scratch.File("idx/train-images-idx3-ubyte.gz")).Train.Labels);
        File.WriteAllBytes(_scratch.File("idx/t10k-labels-idx1-ubyte"), IdxImagesTests.Make(8, [1], [2]));
        Assert.Contains("there are 2 classes", Assert.Throws<MalformedFileException>(() => ImageData.Open(_scratch.File("idx"))).Message);
        File.WriteAllBytes(_scratch.File("idx/t10k-labels-idx1-ubyte"), IdxImagesTests.Make(8, [1], [1]));
        File.WriteAllBytes(_scratch.File("idx/t10k-images-idx3-ubyte"), IdxImagesTests.Make(8, [1, 1, 2], [9, 9]));
        Assert.Contains("1 × 2 pixels", Assert.Throws<MalformedFileException>(() => ImageData.Open(_scratch.File("idx"))).Message);

        Directory.CreateDirectory(_scratch.File("cifar"));
        File.WriteAllBytes(_scratch.File("cifar/data_batch_1.bin"), CifarImagesTests.Make([3]));
        File.WriteAllBytes(_scratch.File("cifar/data_batch_2.bin"), CifarImagesTests.Make([4]));
        File.WriteAllBytes(_scratch.File("cifar/test_batch.bin"), CifarImagesTests.Make([5]));
        (train, test) = ImageData.Open(_scratch.File("cifar"));
        Assert.Equal([3, 4, 5], [.. train.Labels!, .. test!.Labels!]);
    }

    [Fact]
    public void The_built_in_set_needs_no_file()
    {
        (IImageSource train, IImageSource? test) = ImageData.Open("built-in");
        Assert.Equal((5000, 1000, new ImageSize(32, 32, 3)), (train.Count, test!.Count, test.Size));
    }
}
