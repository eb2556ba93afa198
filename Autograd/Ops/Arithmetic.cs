namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor a)
    {
        /// <summary>a + b, with broadcasting.</summary>
        /// <exception cref="ShapeException">An axis has two lengths, and neither is one.</exception>
        public Tensor Add(Tensor b) => a.Combine<Add>(b, "add");

        /// <summary>a + b</summary>
        public Tensor Add(float b) => a.Add(Constant(a, b));

        /// <summary>a − b, with broadcasting.</summary>
        /// <exception cref="ShapeException">An axis has two lengths, and neither is one.</exception>
        public Tensor Subtract(Tensor b) => a.Combine<Subtract>(b, "subtract");

        /// <summary>a − b</summary>
        public Tensor Subtract(float b) => a.Subtract(Constant(a, b));

        /// <summary>b − a</summary>
        public Tensor SubtractFrom(float b) => Constant(a, b).Subtract(a);

        /// <summary>a · b element by element, with broadcasting.</summary>
        /// <exception cref="ShapeException">An axis has two lengths, and neither is one.</exception>
        public Tensor Multiply(Tensor b) => a.Combine<Multiply>(b, "multiply");

        /// <summary>a · b</summary>
        public Tensor Multiply(float b) => a.Multiply(Constant(a, b));

        /// <summary>a / b element by element, with broadcasting.</summary>
        /// <exception cref="ShapeException">An axis has two lengths, and neither is one.</exception>
        public Tensor Divide(Tensor b) => a.Combine<Divide>(b, "divide");

        /// <summary>a / b</summary>
        public Tensor Divide(float b) => a.Divide(Constant(a, b));

        /// <summary>b / a</summary>
        public Tensor DivideInto(float b) => Constant(a, b).Divide(a);
    }

    extension(Tensor)
    {
        /// <summary>−x: <c>Negate</c>.</summary>
        public static Tensor operator -(Tensor x) => x.Negate();
        /// <summary>a + b: <c>Add</c>.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => a.Add(b);
        /// <summary>a + b: <c>Add</c>.</summary>
        public static Tensor operator +(Tensor a, float b) => a.Add(b);
        /// <summary>a + b: <c>b.Add(a)</c>.</summary>
        public static Tensor operator +(float a, Tensor b) => b.Add(a);
        /// <summary>a − b: <c>Subtract</c>.</summary>
        public static Tensor operator -(Tensor a, Tensor b) => a.Subtract(b);
        /// <summary>a − b: <c>Subtract</c>.</summary>
        public static Tensor operator -(Tensor a, float b) => a.Subtract(b);
        /// <summary>a − b: <c>b.SubtractFrom(a)</c>.</summary>
        public static Tensor operator -(float a, Tensor b) => b.SubtractFrom(a);
        /// <summary>a · b: <c>Multiply</c>.</summary>
        public static Tensor operator *(Tensor a, Tensor b) => a.Multiply(b);
        /// <summary>a · b: <c>Multiply</c>.</summary>
        public static Tensor operator *(Tensor a, float b) => a.Multiply(b);
        /// <summary>a · b: <c>b.Multiply(a)</c>.</summary>
        public static Tensor operator *(float a, Tensor b) => b.Multiply(a);
        /// <summary>a / b: <c>Divide</c>.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => a.Divide(b);
        /// <summary>a / b: <c>Divide</c>.</summary>
        public static Tensor operator /(Tensor a, float b) => a.Divide(b);
        /// <summary>a / b: <c>b.DivideInto(a)</c>.</summary>
        public static Tensor operator /(float a, Tensor b) => b.DivideInto(a);
    }

    // A scalar operand is a tensor without axes: one element that broadcasting holds on all lanes.
    static Tensor Constant(Tensor like, float value) => Tensor.Full(like.Backend, [], value);
}
