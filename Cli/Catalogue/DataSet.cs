namespace NativeSsl.Cli.Catalogue;

/// <summary>A public data set: where its makers keep it, and how to tell that it arrived unchanged.</summary>
/// <param name="Name">What to ask for it by.</param>
/// <param name="About">What it is.</param>
/// <param name="Address">The official address, at a fixed revision.</param>
/// <param name="Sha256">The hash of the file, in lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Licence">On what terms it may be used.</param>
/// <param name="File">Where it goes, under the folder of data sets.</param>
sealed record DataSet(string Name, string About, Uri Address, string Sha256, long Bytes, string Licence, string File)
{
    /// <summary>All that this program knows of.</summary>
    internal static DataSet[] All { get; } =
    [
        new("tinyshakespeare", "40,000 lines of Shakespeare's plays, for character models",
            new("https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"),
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1_115_394, "public domain", "tinyshakespeare/input.txt"),
        new("wikitext2-valid", "the validation articles of WikiText-2, split into words",
            new("https://raw.githubusercontent.com/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/word_language_model/data/wikitext-2/valid.txt"),
            "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8", 1_121_681, "CC BY-SA 3.0 (Wikipedia)", "wikitext2_valid/wiki.valid.tokens"),
        SciTldr("train", "1,992 papers' abstracts, each with a sentence that says it all", "b222771d387be585cfdf5ae957b36757138415a352e0a3e3b23f73f87c3b1119", 3_155_015),
        SciTldr("dev", "619 more, each with several such sentences, to judge by", "3191fa98ccc09521332b7a1cd63b1930be4e8df125a235ccd31e40329709525e", 1_124_865),
        new("cifar10", "60,000 colour pictures of 32 × 32 in ten classes, the binary version; unpack it there with tar -xzf --strip-components=1",
            new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170_052_171,
            "none stated; the authors ask for a citation of Krizhevsky 2009", "cifar10/cifar-10-binary.tar.gz"),
        Fashion("train-images", "60,000 grey pictures of clothes, 28 × 28", "train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
        Fashion("train-labels", "the classes of those", "train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
        Fashion("test-images", "10,000 more to test on", "t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
        Fashion("test-labels", "the classes of those", "t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
    ];

    static DataSet Fashion(string part, string about, string file, string sha256, long bytes) =>
        new("fashion-mnist-" + part, about,
            new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/" + file),
            sha256, bytes, "MIT (Zalando SE)", "fashion_mnist/" + file);

    static DataSet SciTldr(string part, string about, string sha256, long bytes) =>
        new("scitldr-" + part, about, new($"https://raw.githubusercontent.com/allenai/scitldr/5ccad9c00a60ad75c9e04abf7f27d0f53f983b20/SciTLDR-Data/SciTLDR-A/{part}.jsonl"),
            sha256, bytes, "Apache-2.0", $"scitldr_a/{part}.jsonl");

    /// <exception cref="NativeSslException">There is none of this name.</exception>
    internal static DataSet Find(string name) => Array.Find(All, set => set.Name == name) ??
        throw new NativeSslException($"data: no data set is called '{name}'. Known are {string.Join(", ", All.Select(set => set.Name))}.");
}
