using NativeSsl.Tests.Models;

namespace NativeSsl.Tests.Structure;

/// <summary>
/// Modules list their parts by hand, so every one of them is made here, in each of its variants, and held against its fields. A class that
/// is not made here fails the test.
/// </summary>
public sealed class EveryModule
{
    static readonly Init Init = new(new CpuBackend(1), 1);

    static Gpt Gpt(bool bias = false) =>
        new(new Gpt.Config { Vocabulary = 5, Context = 4, Layers = 2, Heads = 2, Width = 8, Bias = bias, Dropout = bias ? 0.1f : 0f }, Init);

    static Bert Bert => new(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 2, Heads = 2, Width = 8 }, Init);

    static readonly Dictionary<Type, Module[]> Made = new()
    {
        [typeof(Bert)] = [Bert],
        [typeof(BertWithHeads)] = [new BertWithHeads(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init),
            new BertWithHeads(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init, false, false, false)],
        [typeof(BasicBlock)] = [new BasicBlock(Init, 4, 4), new BasicBlock(Init, 4, 8, stride: 2)],
        [typeof(BatchNorm)] = [new BatchNorm(Init, 4), new BatchNorm(Init, 4, scale: false, shift: false)],
        [typeof(Bottleneck)] = [new Bottleneck(Init, 8, 2), new Bottleneck(Init, 4, 2, stride: 2)],
        [typeof(Conv2d)] = [new Conv2d(Init, 4, 6, 3, groups: 2), new Conv2d(Init, 4, 3, 1, bias: true)],
        [typeof(CrossAttention)] = [new CrossAttention(Init, 4, 2, 3, 0.1f)],
        [typeof(Dropout)] = [new Dropout(0.1f)],
        [typeof(Embedding)] = [new Embedding(Init, 5, 4)],
        [typeof(FeedForward)] = [new FeedForward(Init, 4, 8, Activation.Gelu), new FeedForward(Init, 4, 8, Activation.Relu, bias: false)],
        [typeof(Gpt)] = [Gpt(), Gpt(bias: true)],
        [typeof(GroupedQueryAttention)] = [new GroupedQueryAttention(Init, 8, 4, 2, Rotary)],
        [typeof(LanguageModelClassifier)] = [new LanguageModelClassifier(Gpt(), 3, Init)],
        [typeof(LayerNorm)] = [new LayerNorm(Init, 4), new LayerNorm(Init, 4, bias: false)],
        [typeof(Linear)] = [new Linear(Init, 4, 3), new Linear(Init, 4, 3, bias: false)],
        [typeof(Llama)] = [.. new[] { true, false }.Select(tied =>
            new Llama(new Llama.Config { Vocabulary = 5, Context = 4, Layers = 2, Heads = 4, KeyHeads = 2, Width = 8, TiedHead = tied }, Init))],
        [typeof(LlamaBlock)] = [new LlamaBlock(new GroupedQueryAttention(Init, 8, 4, 2, Rotary), new SwiGlu(Init, 8, 4), new RmsNorm(Init, 8), new RmsNorm(Init, 8))],
        [typeof(MaskedHead)] = [new MaskedHead(Init, 4, 5)],
        [typeof(MaskedWords)] = [new MaskedWords(Bert, new MaskedHead(Init, 8, 5))],
        [typeof(MlpHead)] = [new MlpHead(Init, 4, 5, 3), new MlpHead(Init, 4, 5, 3, layers: 3, normalizeLast: true)],
        [typeof(MultiHeadAttention)] = [new MultiHeadAttention(Init, 4, 2, new AttentionOptions()),
            new MultiHeadAttention(Init, 4, 2, new AttentionOptions(), bias: false)],
        [typeof(NextSentence)] = [new NextSentence(Bert, new MaskedHead(Init, 8, 5), Init)],
        [typeof(NextToken)] = [new NextToken(Gpt())],
        [typeof(Pooler)] = [new Pooler(Init, 4)],
        [typeof(RelativeBias)] = [new RelativeBias(Init, 2, bidirectional: true)],
        [typeof(ResNet)] = [new ResNet(ResNet.Config.Small with { Widths = [4, 8, 8] }, Init),
            new ResNet(ResNet.Config.ResNet50 with { Blocks = [1, 2], Widths = [4, 8] }, Init)],
        [typeof(RmsNorm)] = [new RmsNorm(Init, 4)],
        [typeof(SentenceOrder)] = [new SentenceOrder(Bert, new MaskedHead(Init, 8, 5), Init)],
        [typeof(SimCse)] = [new SimCse(Bert, Init)],
        [typeof(StridedConvolutions)] = [new StridedConvolutions(Init, 1, 4, 8)],
        [typeof(SimClr)] = [new SimClr(new StridedConvolutions(Init, 1, 4), new MlpHead(Init, 4, 4, 3))],
        [typeof(SwiGlu)] = [new SwiGlu(Init, 4, 8)],
        [typeof(T5)] = [new T5(T5Tests.First, Init), new T5(T5Tests.Second, Init)],
        [typeof(T5Attention)] = [new T5Attention(Init, 4, 2, 3)],
        [typeof(T5Block)] = [new T5Block(Init, T5Tests.First, decoder: false), new T5Block(Init, T5Tests.Second, decoder: true)],
        [typeof(T5FeedForward)] = [new T5FeedForward(Init, 4, 8, gated: false, 0.1f), new T5FeedForward(Init, 4, 8, gated: true, 0f)],
        [typeof(T5Layers)] = [new T5Layers(Init, T5Tests.First, decoder: false), new T5Layers(Init, T5Tests.Second, decoder: true)],
        [typeof(TextToText)] = [new TextToText(new T5(T5Tests.First, Init), padding: 0)],
        [typeof(TextClassifier)] = [new TextClassifier(new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init), 3, Init),
            new TextClassifier(new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init), 3, Init, TextPooling.Mean)],
        [typeof(TextPairClassifier)] = [new TextPairClassifier(new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init), 3, Init)],
        [typeof(TransformerBlock)] = [.. new[] { true, false }.Select(pre =>
            new TransformerBlock(Init, new TransformerOptions { Features = 4, Heads = 2, PreNorm = pre, Bias = pre }))],
    };

    static RotaryTable Rotary => new(Init.Backend, 4, 2);

    public static TheoryData<string> All => [.. Classes().Select(type => type.FullName!)];

    static IEnumerable<Type> Classes() => new[] { typeof(Module).Assembly, typeof(Objective).Assembly }
        .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract);

    [Theory, MemberData(nameof(All))]
    public void Lists_every_part_it_holds(string name)
    {
        Type type = Classes().Single(candidate => candidate.FullName == name);
        Assert.True(Made.TryGetValue(type, out Module[]? modules), $"{type.Name} is a module, but {nameof(EveryModule)} does not make one: add it.");
        Assert.All(modules, ModuleTests.AssertEveryPartIsListed);
    }
}
